//! What candle-init adds to a program that has candle: few crates. Asked of cargo, which resolves only.

use std::collections::BTreeSet;
use std::error::Error;
use std::process::Command;

type Outcome = Result<(), Box<dyn Error>>;

/// The most crates that candle-init may add to candle-nn's own tree, itself and counter-rng among them.
const MOST: usize = 15;

/// The crates that a package needs on this machine to run, itself included, each with its version.
fn tree(package: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            package,
        ])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter_map(crate_of).collect())
}

/// Name and version of a line such as `faer v0.24.4 (*)`.
fn crate_of(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

#[test]
fn candle_init_adds_few_crates() -> Outcome {
    let (candle, whole) = (tree("candle-nn")?, tree("candle-init")?);
    assert!(candle.len() > 50 && candle.is_subset(&whole), "{candle:?}");
    let added: Vec<_> = whole.difference(&candle).collect();
    assert!(added.iter().any(|name| name.starts_with("counter-rng ")), "{added:?}");
    assert!(added.len() <= MOST, "{} crates are added, at most {MOST} may be: {added:#?}", added.len());
    Ok(())
}

/// Of one crate in two versions both count: each is built.
#[test]
fn a_line_of_the_tree_is_read() {
    assert_eq!(crate_of("serde_derive v1.0.229 (proc-macro) (*)").as_deref(), Some("serde_derive v1.0.229"));
    assert_eq!(crate_of(""), None);
}
