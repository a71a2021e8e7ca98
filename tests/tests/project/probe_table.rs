//! The page on the probe has a row for every finding, with its weight.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../docs/probe.md");
/// Where each finding gets its name and its weight, on the line that begins its text.
const FACTS: &str = include_str!("../../../crates/probe/src/findings/facts.rs");

/// Names and weights as the code has them: `facts("dead", Severity::Fault, …`.
fn said() -> BTreeSet<(String, String)> {
    let calls = FACTS.split("facts(\"").skip(1).filter_map(|call| call.split_once("\", Severity::"));
    calls
        .map(|(name, rest)| {
            let weight: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            (name.to_owned(), weight.to_lowercase())
        })
        .collect()
}

/// Names and weights as the page has them: "| `dead` | fault | …".
fn written() -> BTreeSet<(String, String)> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let row = |(name, rest): (&str, &str)| Some((name.to_owned(), rest.split_once(" |")?.0.to_owned()));
    rows.filter_map(row).collect()
}

#[test]
fn every_finding_has_its_row_and_its_weight() {
    assert!(said().len() > 20, "{:?}", said());
    assert_eq!(said(), written());
}
