//! What is checked in is what the code makes.

use super::LESSON;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

/// How far a number may be from that of another machine: other instructions sum in another order.
const NEAR: f64 = 0.02;

/// All but the digits must be equal; a number may differ a little, in relation to itself or by a unit of a picture. What this
/// can miss: a change that moves every number by less than that.
#[test]
#[cfg_attr(
    not(feature = "long"),
    ignore = "the lesson trains nets for half a minute: with --features acceptance/full, as CI"
)]
fn the_page_and_the_picture_are_up_to_date() {
    for (name, made) in [("lesson.html", &LESSON.page), ("lesson.svg", &LESSON.picture)] {
        let checked_in = std::fs::read_to_string(format!("{DOCS}/{name}")).unwrap_or_default();
        if let Err(difference) = alike(&checked_in, made) {
            panic!(
                "docs/{name} is not what the code makes: {difference}\nrun: cargo run --release --example lesson -- --out docs"
            );
        }
    }
}

#[test]
#[cfg_attr(
    not(feature = "long"),
    ignore = "the lesson trains nets for half a minute: with --features acceptance/full, as CI"
)]
fn other_words_and_other_numbers_are_seen() {
    assert!(alike("a 1.00 b", "a 1.01 b").is_ok());
    for (one, other) in [("a 1.00 b", "a 1.00 c"), ("a 1.0", "a 9.0"), ("x 3", "x"), ("1·10⁻⁸", "1·10⁻⁹")]
    {
        assert!(alike(one, other).is_err(), "{one} {other}");
    }
}

fn alike(checked_in: &str, made: &str) -> Result<(), String> {
    let (old, new) = (tokens(checked_in), tokens(made));
    for (index, (old_one, new_one)) in old.iter().zip(&new).enumerate() {
        let near = match (old_one.parse::<f64>(), new_one.parse::<f64>()) {
            (Ok(old), Ok(new)) => {
                (old - new).abs()
                    <= (NEAR * old.abs().max(new.abs())).max(if old.abs() > 20.0 { 1.0 } else { 0.0 })
            }
            _ => old_one == new_one,
        };
        if !near {
            let before = old[index.saturating_sub(6)..index].concat();
            return Err(format!("after {before:?} stands {old_one:?}, and {new_one:?} would"));
        }
    }
    if old.len() == new.len() { Ok(()) } else { Err(format!("{} parts, not {}", old.len(), new.len())) }
}

/// Numbers and what stands between them.
fn tokens(text: &str) -> Vec<&str> {
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| digit(c) != digit(first)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}
