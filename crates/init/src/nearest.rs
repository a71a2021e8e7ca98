//! The nearest known name, for a message that helps.

pub(crate) use candle_init_checkpoint::{nearest, nearest_to_pattern};

/// What to say of an unknown word: what was meant, or all known ones.
pub(crate) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    suggestion_of(word, known, &[])
}

/// The same, where other libraries have words of their own for some of the known ones.
pub(crate) fn suggestion_of<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    elsewhere: &[(&'a str, &'a str)],
) -> String {
    meant(word, known.clone(), elsewhere)
        .unwrap_or_else(|| format!("known are {}", known.collect::<Vec<_>>().join(", ")))
}

/// What to say of an unknown word that some are near to, or have as a part, or are called elsewhere: pairs of that word and ours.
pub(crate) fn meant<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    elsewhere: &[(&'a str, &'a str)],
) -> Option<String> {
    let has_it = |name: &&str| name.split('_').any(|part| part == word);
    let ours =
        |word: &'a str| elsewhere.iter().find(|(theirs, _)| *theirs == word).map_or(word, |&(_, ours)| ours);
    let words = known.clone().chain(elsewhere.iter().map(|(theirs, _)| *theirs));
    let names: Vec<_> = match nearest(word, words) {
        Some(nearest) => vec![ours(nearest)],
        None => known.filter(has_it).collect(),
    };
    let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    (!names.is_empty()).then(|| format!("did you mean {names}?"))
}
