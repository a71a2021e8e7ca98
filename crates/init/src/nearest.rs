//! The nearest known name, for a message that helps.

pub(crate) use candle_init_checkpoint::nearest;

/// What to say of an unknown word: the nearest known one, or all of them.
pub(crate) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known are {}", known.collect::<Vec<_>>().join(", ")),
    }
}
