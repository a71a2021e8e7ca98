//! The structure of the published crates: no cycle of files, no import against the floors of ARCHITECTURE.md, no name
//! taken from `lib.rs`. Tests inside a crate may import what they like.
//!
//! A path is followed through re-exports to the file that defines its item, so that a `mod.rs` neither hides a cycle nor
//! makes one. What a method or a trait brings without a path is not seen.

mod floors;
mod offences;
mod tree;
mod words;

use std::path::Path;

use floors::Floors;
use offences::{offences, order};
use tree::Tree;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The crates that are published with their folders.
const CRATES: [(&str, &str); 6] = [
    ("counter-rng", "counter-rng"),
    ("counter-rng-cuda", "counter-rng-cuda"),
    ("candle-init-checkpoint", "checkpoint"),
    ("candle-init", "init"),
    ("candle-init-models", "models"),
    ("candle-init-probe", "probe"),
];

#[test]
fn imports_point_down() -> Result<(), Box<dyn std::error::Error>> {
    let all = Floors::read(&std::fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md"))?);
    let (mut found, mut read) = (Vec::new(), 0);
    for (package, folder) in CRATES {
        let tree = Tree::read(&Path::new(ROOT).join("crates").join(folder).join("src"))?;
        let floors = all.iter().find(|floors| floors.package == package).ok_or(package)?;
        read += tree.imports().values().flatten().count();
        let offences = offences(&tree, floors);
        if !offences.is_empty() {
            found.push(format!(
                "{}\nan order of {package} by its imports: {}",
                offences.join("\n"),
                order(&tree)
            ));
        }
    }
    assert!(read > 200, "hardly an import was read: {read}");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
    Ok(())
}

/// A sound crate of three floors; each test below spoils one file of it.
const SOUND: [(&str, &str); 5] = [
    (
        "lib.rs",
        "//! use crate::top;\n mod low; mod middle; mod top; pub use low::Low; pub use middle::Inner;",
    ),
    (
        "low.rs",
        "pub struct Low; const TEXT: &str = \"crate::top::Top\"; #[cfg(test)] mod tests { use crate::top::Top; }",
    ),
    ("middle/mod.rs", "mod inner; mod outer; pub use inner::Inner; pub use outer::Outer;"),
    ("middle/inner.rs", "use crate::low::Low; pub struct Inner(Low);"),
    ("middle/outer.rs", "use super::Inner; pub struct Outer(Inner);"),
];
const TOP: (&str, &str) = ("top.rs", "use crate::middle; pub struct Top(middle::Outer);");
const PAGE: &str = "# Floors\n```floors\nfake: low < middle\n < top\n```\n";

/// What is said of the sound crate with one file put in or exchanged.
fn said(file: (&'static str, &'static str)) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let files = SOUND.into_iter().chain([TOP]).filter(|(name, _)| *name != file.0).chain([file]);
    Ok(offences(&Tree::of(files)?, &Floors::read(PAGE)[0]))
}

#[test]
fn a_sound_crate_is_passed() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(said(TOP)?, [""; 0]);
    assert_eq!(order(&Tree::of(SOUND.into_iter().chain([TOP]))?), "low < middle < top");
    Ok(())
}

#[test]
fn a_cycle_of_files_is_seen_through_a_re_export() -> Result<(), Box<dyn std::error::Error>> {
    for text in [
        "use super::Outer; pub struct Inner(Outer);",
        "use crate::middle; pub struct Inner(middle::Outer);",
        "use crate::middle::*; pub struct Inner(Outer);",
        "pub struct Inner(super::Outer);",
        "pub struct Inner; mod hidden { use super::super::Outer; }",
        "pub struct Inner; made!{ $crate::middle::Outer }",
    ] {
        assert_eq!(
            said(("middle/inner.rs", text))?,
            ["fake: a cycle of middle/inner, middle/outer"],
            "{text}"
        );
    }
    Ok(())
}

#[test]
fn an_import_against_the_floors_is_seen() -> Result<(), Box<dyn std::error::Error>> {
    for text in
        ["use crate::middle::Inner; pub struct Low;", "pub struct Low; fn low() { crate::middle::Inner; }"]
    {
        let said = said(("low.rs", text))?;
        assert_eq!(said[0], "fake: a cycle of low, middle/inner", "{text}");
        assert_eq!(said[1..], ["fake: low imports middle/inner, which is not below it"], "{text}");
    }
    let floors = Floors::read("```floors\nfake: low middle < top\n```");
    let tree = Tree::of(SOUND.into_iter().chain([TOP]))?;
    assert_eq!(offences(&tree, &floors[0]), ["fake: middle/inner imports low, which is not below it"]);
    Ok(())
}

#[test]
fn a_room_without_a_floor_is_seen() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(said(("new.rs", "pub struct New;"))?, ["fake: new has no floor in ARCHITECTURE.md"]);
    let floors = Floors::read("```floors\nfake: low < gone < middle < top\n```");
    let tree = Tree::of(SOUND.into_iter().chain([TOP]))?;
    assert_eq!(offences(&tree, &floors[0]), ["fake: gone has a floor in ARCHITECTURE.md, but no file"]);
    Ok(())
}

#[test]
fn a_name_from_the_root_is_seen() -> Result<(), Box<dyn std::error::Error>> {
    for text in [
        "use crate::Inner; pub struct Top(Inner);",
        "use crate::{low::Low, Inner as I}; pub struct Top(I, Low);",
        "pub struct Top(super::Inner);",
    ] {
        let due = ["fake: top takes Inner from lib.rs: import it from its room"];
        assert_eq!(said(("top.rs", text))?, due, "{text}");
    }
    Ok(())
}
