//! The nearest known name, for a message that helps.

pub(crate) use candle_init_checkpoint::{nearest, nearest_to_pattern};

/// What to say of an unknown word: what was meant, or all known ones.
pub(crate) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    meant(word, known.clone())
        .unwrap_or_else(|| format!("known are {}", known.collect::<Vec<_>>().join(", ")))
}

/// What to say of an unknown word that some are near to, or have as a part.
pub(crate) fn meant<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let has_it = |name: &&str| name.split('_').any(|part| part == word);
    let names: Vec<_> = match nearest(word, known.clone()) {
        Some(nearest) => vec![nearest],
        None => known.filter(has_it).collect(),
    };
    let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    (!names.is_empty()).then(|| format!("did you mean {names}?"))
}
