//! One pass over a tensor's elements, a piece at a time: sums, a hash of each row's start, a sample.

use crate::error::Result;
use crate::parameters::checks::hash::hash;
use crate::parameters::reading::dtype;
use crate::parameters::reading::piece::{Piece, Pool};
use crate::statistics::sums::Sums;

/// Elements of a tensor that are looked at one by one.
const SAMPLE: usize = 4096;

/// Most rows, or elements of a row, that are looked at for doubles: memory for it stays below some 16 MiB.
pub(crate) const MOST: usize = 1 << 20;

/// Bytes at a row's start that are hashed.
const START: usize = 32;

/// What one pass finds of a tensor, or of a part of it.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) sums: Sums,
    /// A hash of the first bytes of each row, where doubles are looked for.
    pub(crate) rows: Vec<u64>,
    /// Values at even steps, with their indices.
    pub(crate) sample: Vec<(usize, f64)>,
}

impl Scan {
    pub(crate) const NONE: Self = Self { sums: Sums::NONE, rows: Vec::new(), sample: Vec::new() };

    /// This and what follows it.
    pub(crate) fn and(mut self, mut next: Self) -> Self {
        self.rows.append(&mut next.rows);
        self.sample.append(&mut next.sample);
        Self { sums: self.sums.and(next.sums), ..self }
    }
}

/// One pass over a piece.
pub(crate) fn scan(piece: Piece<'_>, pool: &Pool) -> Result<Scan> {
    pool.read(piece, |bytes| Scan {
        sums: dtype::sums(piece.tensor.dtype, bytes),
        rows: starts(piece, bytes),
        sample: sample(piece, bytes),
    })
}

/// The values of a piece at even steps. Steps are odd, so that they do not stay in one column.
fn sample(Piece { tensor, first, count }: Piece<'_>, bytes: &[u8]) -> Vec<(usize, f64)> {
    let step = (tensor.count / SAMPLE) | 1;
    let indices = (first.next_multiple_of(step)..first + count).step_by(step);
    let values = dtype::values(tensor.dtype, bytes, indices.clone().map(|index| index - first));
    indices.zip(values).collect()
}

/// Hashes of the rows that start in a piece.
fn starts(Piece { tensor, first, .. }: Piece<'_>, bytes: &[u8]) -> Vec<u64> {
    let Some(((rows, row), width)) = tensor.matrix().zip(tensor.width()) else { return Vec::new() };
    if !(2..=MOST).contains(&rows) || !first.is_multiple_of(row) {
        return Vec::new();
    }
    let start = START.min(row * width);
    bytes.chunks(row * width).map(|row| hash(0, row.get(..start).unwrap_or(row))).collect()
}
