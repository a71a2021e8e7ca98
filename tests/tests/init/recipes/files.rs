//! The files of the recipes: each is read, printed, and says what is its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use std::collections::HashMap;
use std::path::Path;

use candle_init::{Error, Recipe};
use toml::Table;

/// A config that says every number which has no default.
const CONFIG: &str = r#"{"num_hidden_layers": 2, "n_layer": 2}"#;

/// All files of the folder by name.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/init/recipes");
    let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut files: Vec<_> =
        paths.map(|path| (stem(&path), std::fs::read_to_string(&path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn all_files_of_the_folder_are_listed() {
    let names: Vec<_> = files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, Recipe::families());
}

#[test]
fn every_file_has_its_name_a_source_and_no_number_too_many() {
    for (name, text) in files() {
        let file: Table = text.parse().unwrap();
        assert_eq!(file["family"].as_str(), Some(&*name));
        assert!(!file["source"].as_str().unwrap_or_default().is_empty(), "{name}");
        let numbers = file.get("numbers").and_then(|numbers| numbers.as_table());
        // Each is used besides where it is defined.
        let idle = numbers.into_iter().flatten().map(|(number, _)| number);
        let idle: Vec<_> = idle.filter(|number| text.matches(number.as_str()).count() < 2).collect();
        assert!(idle.is_empty(), "{name}: {idle:?}");
    }
}

#[test]
fn every_file_is_read_and_printed() -> Result<(), Error> {
    for family in Recipe::families() {
        let recipe = Recipe::configured(family, CONFIG).unwrap_or_else(|error| panic!("{family}: {error}"));
        let printed = recipe.to_string();
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
fn no_model_type_has_two_recipes() {
    let mut of = HashMap::new();
    for (name, text) in files() {
        let file: Table = text.parse().unwrap();
        let types = file.get("model_types").and_then(|types| types.as_array());
        for model_type in types.into_iter().flatten() {
            let other = of.insert(model_type.as_str().unwrap().to_owned(), name.clone());
            assert_eq!(other, None, "{model_type} of {name}");
        }
    }
    assert!(of.len() > 100, "{}", of.len());
}
