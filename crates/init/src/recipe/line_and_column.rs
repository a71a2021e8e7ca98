//! Where in a text something stands.

/// Line and column, both from 1, of the first place where `text` has `piece`; without one, of its end.
pub(crate) fn line_and_column(text: &str, piece: &str) -> (usize, usize) {
    let before = text.find(piece).map_or(text, |at| &text[..at]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
