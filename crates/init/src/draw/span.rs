//! Part of a parameter in a slice.

use std::ops::Range;

/// Which elements a slice holds: those from `offset` on of the part of a parameter that begins at `start`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) offset: usize,
}

impl Span {
    /// Where elements `range` of the part lie in a slice of `length` at this span, and which of them is the first.
    pub(crate) fn inside(&self, range: &Range<usize>, length: usize) -> (Range<usize>, usize) {
        let in_slice = |element: usize| element.saturating_sub(self.offset).min(length);
        (in_slice(range.start)..in_slice(range.end), self.offset.saturating_sub(range.start))
    }
}
