//! The nearest known name, for a message that helps.

/// The candidate that a misspelt name probably meant: within a third of its letters, by edits.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(name, candidate);
    let best = candidates.min_by_key(|candidate| distance(candidate))?;
    (distance(best) <= name.chars().count().div_ceil(3)).then_some(best)
}

/// What to say of an unknown word: the nearest known one, or all of them.
pub(crate) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known are {}", known.collect::<Vec<_>>().join(", ")),
    }
}
