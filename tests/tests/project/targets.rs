//! Commands on pages, in scripts and in workflows name tests, benches and examples that exist.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What has commands in it.
const SPEAKERS: [&str; 11] = [
    ".ci",
    ".github",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "DESIGN.md",
    "README.md",
    "benches",
    "crates",
    "docs",
    "scripts",
    "tests/tests",
];

/// The files under a path, and the path itself where it is one.
fn files(path: &Path) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().flat_map(|entry| files(&entry.path())).collect(),
        Err(_) => vec![path.into()],
    }
}

/// The names that follow a flag in a text.
fn named<'a>(text: &'a str, flag: &str) -> Vec<&'a str> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let flag = format!("--{flag} ");
    let after = text.split(flag.as_str()).skip(1);
    let names = after.map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default());
    names.filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase())).collect()
}

/// The targets of a kind: what lies in the folders that cargo, or a manifest here, takes them from.
fn targets(folders: &[&str]) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut all = BTreeSet::new();
    let mut crates: Vec<_> =
        fs::read_dir(format!("{ROOT}/crates"))?.flatten().map(|entry| entry.path()).collect();
    crates.push(ROOT.into());
    for folder in folders {
        for place in &crates {
            let entries = fs::read_dir(place.join(folder)).into_iter().flatten().flatten();
            all.extend(entries.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned())));
        }
    }
    Ok(all)
}

#[test]
fn commands_name_targets_that_exist() -> Result<(), Box<dyn Error>> {
    let texts: Vec<_> = SPEAKERS
        .iter()
        .flat_map(|speaker| files(&Path::new(ROOT).join(speaker)))
        .filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)))
        .collect();
    for (flag, folders) in [
        ("test", &["tests", "tests/tests"][..]),
        ("bench", &["benches"]),
        ("example", &["examples", "tests/examples"]),
    ] {
        let (known, mut seen) = (targets(folders)?, 0);
        for (path, text) in &texts {
            for name in named(text, flag) {
                assert!(known.contains(name), "{}: there is no {flag} `{name}`", path.display());
                seen += 1;
            }
        }
        assert!(seen >= 5, "only {seen} of --{flag} were found");
    }
    Ok(())
}
