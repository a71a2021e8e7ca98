//! `inspect`: a table, JSON and a page of any checkpoint.

use std::fs;

use serde_json::Value;

use crate::{folder, refused, run_in, said};

/// One file without scripts that has every parameter, of a checkpoint in several files.
#[test]
fn a_page_has_every_parameter() {
    let folder = folder();
    let here = folder.path();
    said(here, "make config.json --seed 42 --files 3 -o out");
    let text = said(here, "inspect out/ --html page.html");
    assert_eq!(text, "page.html: written; nothing is wrong with the parameters\n");
    let page = fs::read_to_string(here.join("page.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{page}");
    assert!(page.contains("<title>out</title>") && page.contains("No data went through it"));
    assert!(!page.contains("<script") && !page.contains(&*here.to_string_lossy()));
    let document: Value = serde_json::from_str(&said(here, "inspect out --json --html again.html")).unwrap();
    let names: Vec<_> =
        document["parameters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 30);
    for name in names {
        assert!(page.contains(&format!(r#"<th scope="row">{name}</th>"#)), "{name}");
    }
    assert_eq!(fs::read_to_string(here.join("again.html")).unwrap(), page);
}

/// Whatever a file calls its tensors is text on the page.
#[test]
fn a_hostile_name_is_text() {
    let folder = folder();
    let here = folder.path();
    let shapes = r#"{"</title><script>alert('1')</script>&\"quoted\".weight": [8, 8], "`b`.weight": [8, 8]}"#;
    fs::write(here.join("shapes.json"), shapes).unwrap();
    said(here, "make --shapes shapes.json --seed 1 --rule *=zeros -o out");
    let output = run_in(here, "inspect out --html page.html");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("it will not train as it stands: 1 fault"), "{text}");
    let page = fs::read_to_string(here.join("page.html")).unwrap();
    assert!(page.contains("&lt;script&gt;alert(") && page.contains("zero product"), "{page}");
    assert!(!page.contains("<script"), "{page}");
}

/// What stood there stays, and nothing else is left, where there is no page to write or no place for it.
#[test]
fn a_page_is_written_whole_or_not_at_all() {
    let folder = folder();
    let here = folder.path();
    said(here, "make config.json --seed 42 -o out");
    fs::create_dir(here.join("taken")).unwrap();
    fs::write(here.join("page.html"), "old").unwrap();
    let names = || {
        let entries = fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name());
        entries.collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    for (arguments, status, part) in [
        ("inspect out --html taken", 4, "taken"),
        ("inspect out --html nowhere/page.html", 4, "a folder that exists"),
        ("inspect nowhere --html page.html", 4, "nowhere"),
        ("inspect config.json --html page.html", 3, "config.json"),
    ] {
        let (found, text) = refused(here, arguments);
        assert!(found == status && text.contains(part), "{arguments}: {found} {text}");
    }
    assert_eq!(names(), before);
    assert_eq!(fs::read_to_string(here.join("page.html")).unwrap(), "old");
}

/// A rank's file is a checkpoint; all of them together are to be joined first.
#[test]
fn shards_are_inspected_one_by_one() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --json")).unwrap();
    for rank in 0..2 {
        said(here, &format!("shards plan.json --fsdp 2 --rank {rank} -o shards"));
    }
    said(here, "inspect shards/shard-00002-model-00001-of-00001.safetensors");
    for command in ["inspect shards", "diff shards shards", "plan --like shards --rule *=ones --seed 1"] {
        let (status, text) = refused(here, command);
        assert!(
            status == 3 && text.contains("Give one of them, or join them first"),
            "{command}: {status} {text}"
        );
    }
}
