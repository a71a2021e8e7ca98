//! The table of initializers is complete and its texts are read: what the reader knows, the page has.

use std::collections::BTreeSet;
use std::error::Error;

use candle_init::{Error as InitError, Layer, Rule};

type Outcome = Result<(), Box<dyn Error>>;

const PAGE: &str = include_str!("../../../docs/initializers.md");

/// The first cells of all rows under a heading: the texts in backticks there.
fn texts(heading: &str) -> Vec<&'static str> {
    let section = PAGE.split("\n## ").find_map(|section| section.strip_prefix(heading)).unwrap_or_default();
    let cells =
        section.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

/// The name in front of the first bracket.
fn name(text: &str) -> &str {
    text.split('(').next().unwrap_or(text)
}

/// The names that a refusal of `text` lists as known.
fn known(text: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let Err(InitError::Text { reason, .. }) = text.parse::<Rule>() else { return Err("read".into()) };
    let list = reason.strip_prefix("known are ").ok_or("no list")?;
    let outside = list.split_inclusive([')', ']', '(', '[']).scan(0_i32, |depth, piece| {
        let outer = *depth == 0;
        *depth += piece.matches(['(', '[']).count() as i32 - piece.matches([')', ']']).count() as i32;
        Some(if outer { piece } else { "" })
    });
    let names = outside.flat_map(|piece| piece.split([',', '(', ' '])).map(str::to_string);
    Ok(names.filter(|name| !name.is_empty()).collect())
}

#[test]
fn every_text_is_read() -> Outcome {
    let initializers = [texts("Initializers"), texts("Other starts"), texts("Modifiers")].concat();
    assert!(initializers.len() > 60, "{}", initializers.len());
    for text in initializers {
        text.parse::<Rule>().map_err(|e| format!("{text}: {e}"))?;
    }
    for text in texts("Layer kinds") {
        text.parse::<Layer>().map_err(|e| format!("{text}: {e}"))?;
    }
    Ok(())
}

#[test]
fn no_initializer_and_no_modifier_is_missing() -> Outcome {
    let page = |headings: [&str; 2]| -> BTreeSet<String> {
        headings.iter().flat_map(|heading| texts(heading)).map(|text| name(text).to_string()).collect()
    };
    let initializers = known("xyzzyplugh_and_more")?;
    assert!(
        initializers.contains("orthogonal")
            && initializers.contains("blocks")
            && initializers.contains("dirac"),
        "{initializers:?}"
    );
    assert_eq!(
        initializers.difference(&page(["Initializers", "Other starts"])).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    let modifiers: BTreeSet<_> = texts("Modifiers")
        .iter()
        .filter_map(|text| text.split('.').nth(1))
        .map(|t| name(t).to_string())
        .collect();
    let all = known("zeros.xyzzyplugh_and_more()")?;
    assert!(all.contains("by_depth") && all.contains("on"), "{all:?}");
    assert_eq!(all, modifiers);
    Ok(())
}
