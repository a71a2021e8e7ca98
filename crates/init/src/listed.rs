//! Names as a message lists them.

/// At most this many in one message: they stay on a screen, and whoever needs all of them has the values.
pub(crate) const SHOWN: usize = 8;

/// The first of them, and how many more there are: `a, b, 3 more`.
pub(crate) fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(SHOWN);
    let rest = (more > 0).then(|| format!("{more} more"));
    items.take(SHOWN).chain(rest).collect::<Vec<_>>().join(", ")
}
