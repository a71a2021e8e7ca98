//! The files of the recipes: each is read, printed, and says what is its own.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use candle_init::Recipe;
use toml::Table;

/// A config that says every number which has no default.
const CONFIG: &str = r#"{"num_hidden_layers": 2, "n_layer": 2}"#;

/// All files of the folder by name.
fn files() -> Result<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/init/recipes");
    let mut files = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).context("a name")?.to_owned();
        files.push((name, std::fs::read_to_string(&path)?));
    }
    files.sort();
    Ok(files)
}

/// How often a name stands in a file, comments left out.
fn uses(text: &str, name: &str) -> usize {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| *word == name).count()
}

#[test]
fn all_files_of_the_folder_are_listed() -> Result<()> {
    let names: Vec<_> = files()?.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, Recipe::families());
    Ok(())
}

#[test]
fn every_file_has_its_name_a_source_and_no_number_too_many() -> Result<()> {
    for (name, text) in files()? {
        let file: Table = text.parse()?;
        assert_eq!(file["family"].as_str(), Some(&*name));
        assert!(!file["source"].as_str().unwrap_or_default().is_empty(), "{name}");
        let numbers = file.get("numbers").and_then(|numbers| numbers.as_table());
        // Each is used besides where it is defined.
        let idle = numbers.into_iter().flatten().map(|(number, _)| number);
        let idle: Vec<_> = idle.filter(|number| uses(&text, number) < 2).collect();
        assert!(idle.is_empty(), "{name}: {idle:?}");
    }
    Ok(())
}

#[test]
fn every_file_is_read_and_printed() -> Result<()> {
    for family in Recipe::families() {
        let printed = Recipe::configured(family, CONFIG).context(family)?.to_string();
        assert!(printed.starts_with(&format!("# {family}: ")), "{printed}");
        assert!(!printed.contains("NaN") && !printed.contains("inf,"), "{printed}");
        // Pasted into a file of its own, it says the same.
        let pasted = Recipe::parse(&format!("family = \"pasted\"\n{printed}"), "{}")?.to_string();
        let rules =
            |text: &str| text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
        assert_eq!(rules(&pasted), rules(&printed));
    }
    Ok(())
}

#[test]
fn no_model_type_has_two_recipes() -> Result<()> {
    let mut of = HashMap::new();
    for (name, text) in files()? {
        let file: Table = text.parse()?;
        let types = file.get("model_types").and_then(|types| types.as_array());
        for model_type in types.into_iter().flatten() {
            let other = of.insert(model_type.as_str().context("a text")?.to_owned(), name.clone());
            assert_eq!(other, None, "{model_type} of {name}");
        }
    }
    assert!(of.len() > 100, "{}", of.len());
    Ok(())
}
