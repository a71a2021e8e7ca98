//! What a rank holds of a tensor.

use std::ops::Range;

use crate::manifest::Entry;
use crate::part::Part;
use crate::shard::share::chunk;

/// A box of what a rank holds of a tensor, and where it lies in the whole that all ranks have together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// The range of each dimension.
    pub region: Vec<Range<usize>>,
    /// Where the box begins: at the starts of the ranges but for what is nothing but padding.
    pub offsets: Vec<usize>,
    /// Rows of zeros below it.
    pub padding: usize,
}

impl Held {
    /// All of a tensor.
    pub(crate) fn whole(entry: &Entry) -> Self {
        let region = entry.shape.iter().map(|&dim| 0..dim).collect();
        Self { region, offsets: vec![0; entry.shape.len()], padding: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.padding == 0 && self.region.iter().any(Range::is_empty)
    }

    /// A range of a dimension.
    pub(crate) fn take(&mut self, dim: usize, range: Range<usize>) {
        if let (Some(all), Some(offset)) = (self.region.get_mut(dim), self.offsets.get_mut(dim)) {
            *offset = range.start;
            *all = range;
        }
    }

    /// A rank's rows of so many, if zeros follow them up to a multiple of the ranks.
    pub(crate) fn pad(&mut self, rows: usize, part: Part) {
        let each = rows.div_ceil(part.world());
        let (start, end) = (each.saturating_mul(part.rank()), each.saturating_mul(part.rank() + 1));
        self.take(0, start.min(rows)..end.min(rows));
        self.padding = end.max(rows) - start.max(rows);
        // What is nothing but padding begins further on.
        if let Some(offset) = self.offsets.first_mut() {
            *offset = start;
        }
    }

    /// How many rows it has, padding among them.
    fn rows(&self) -> usize {
        self.region.first().map_or(0, Range::len) + self.padding
    }

    /// A range of its rows.
    fn cut(mut self, own: Range<usize>) -> Self {
        let (Some(rows), Some(offset)) = (self.region.first_mut(), self.offsets.first_mut()) else {
            return self;
        };
        let (start, length) = (rows.start, rows.len());
        *rows = start + own.start.min(length)..start + own.end.min(length);
        *offset += own.start;
        self.padding = own.end.max(length) - own.start.max(length);
        self
    }
}

/// A rank's rows of boxes that lie below each other, by `torch.chunk`; all of a scalar, for the first rank.
pub(crate) fn chunked(boxes: Vec<Held>, part: Part) -> Vec<Held> {
    if part.world() == 1 || boxes.iter().any(|held| held.region.is_empty()) {
        return if part.rank() == 0 { boxes } else { Vec::new() };
    }
    let own = chunk(boxes.iter().map(Held::rows).sum(), part);
    let mut before = 0;
    let cut = |held: Held| {
        let (start, rows) = (before, held.rows());
        before += rows;
        held.cut(own.start.clamp(start, before) - start..own.end.clamp(start, before) - start)
    };
    boxes.into_iter().map(cut).collect()
}
