//! A block of the right factor, packed.

use std::ops::Range;

use crate::key::{LANES, Lanes};

/// A block of the right factor by panels: sixteen columns, row by row, and the next sixteen.
#[derive(Clone, Copy)]
pub(super) struct Strip<'a, T> {
    pub(super) packed: &'a [Lanes<T>],
    pub(super) depth: usize,
    pub(super) first: usize,
    pub(super) end: usize,
}

impl<T> Strip<'_, T> {
    /// The number of panels.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        (self.end - self.first).div_ceil(LANES)
    }

    /// The columns of a panel.
    #[inline(always)]
    pub(super) fn columns(&self, panel: usize) -> Range<usize> {
        columns(self.first, panel, self.end)
    }
}

/// The columns of a panel.
#[inline(always)]
pub(super) fn columns(first: usize, panel: usize, end: usize) -> Range<usize> {
    let start = end.min(first + panel * LANES);
    start..end.min(start + LANES)
}
