//! The page on the probe has a row for every finding, with its weight.

use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../docs/probe.md");
/// Where each finding gets its name and its weight, on the line that begins its text.
const FACTS: &str = concat!(
    include_str!("../../../crates/probe/src/findings/of_parameters.rs"),
    include_str!("../../../crates/probe/src/findings/of_signals.rs"),
);

/// Names and weights as the code has them: `facts("dead", Severity::Fault, …`; no weight where it depends on the figures.
fn said() -> BTreeMap<String, Option<String>> {
    let calls = FACTS.split("facts(\"").skip(1).filter_map(|call| call.split_once("\", "));
    let weight = |rest: &str| {
        let weight = rest.strip_prefix("Severity::")?;
        Some(weight.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_lowercase())
    };
    let mut said = BTreeMap::new();
    for (name, rest) in calls {
        let several =
            said.insert(name.to_owned(), weight(rest)).is_some_and(|earlier| earlier != weight(rest));
        if several {
            said.insert(name.to_owned(), None);
        }
    }
    said
}

/// Names and weights as the page has them: "| `dead` | fault | …", or "fault or note".
fn written() -> BTreeMap<String, String> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let row = |(name, rest): (&str, &str)| Some((name.to_owned(), rest.split_once(" |")?.0.to_owned()));
    rows.filter_map(row).collect()
}

#[test]
fn every_finding_has_its_row_and_its_weight() {
    let (said, written) = (said(), written());
    assert!(said.len() > 20, "{said:?}");
    assert_eq!(said.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    for (name, weight) in said {
        let page = &written[&name];
        match weight {
            Some(weight) => assert_eq!(*page, weight, "{name}"),
            None => assert!(page.contains(" or "), "{name}: {page}"),
        }
    }
}
