//! Two tensors of one shape and dtype, element by element.

use crate::error::Result;
use crate::parameters::reading::dtype;
use crate::parameters::reading::piece::{Piece, Pool, pieces};
use crate::parameters::reading::stored::Stored;

/// How two tensors differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Difference {
    /// The first element that differs.
    pub(crate) index: usize,
    /// Its two values.
    pub(crate) values: (f64, f64),
    /// How many differ.
    pub(crate) count: usize,
    /// The largest distance of two values; NaN where one is NaN.
    pub(crate) largest: f64,
    /// The smallest and the largest second value over its first, where the first is not zero.
    pub(crate) ratios: (f64, f64),
}

impl Difference {
    fn and(self, next: Self) -> Self {
        let largest = if next.largest.is_nan() { f64::NAN } else { self.largest.max(next.largest) };
        let largest = if self.largest.is_nan() { f64::NAN } else { largest };
        let ratios = (self.ratios.0.min(next.ratios.0), self.ratios.1.max(next.ratios.1));
        Self { count: self.count + next.count, largest, ratios, ..self }
    }
}

/// How the elements of two tensors differ, if they do; to the bit, so zeros of different signs do.
pub(crate) fn difference(a: &Stored, b: &Stored, pool: &Pool) -> Result<Option<Difference>> {
    let mut whole: Option<Difference> = None;
    for piece in pieces(a) {
        if let Some(part) = of_pieces(piece, Piece { tensor: b, ..piece }, pool)? {
            whole = Some(whole.map_or(part, |whole| whole.and(part)));
        }
    }
    Ok(whole)
}

fn of_pieces(a: Piece<'_>, b: Piece<'_>, pool: &Pool) -> Result<Option<Difference>> {
    pool.read(a, |x| pool.read(b, |y| if x == y { None } else { differing(a, x, y) }))?
}

fn differing(piece: Piece<'_>, a: &[u8], b: &[u8]) -> Option<Difference> {
    let width = piece.tensor.width()?;
    let pairs = a.chunks(width).zip(b.chunks(width)).enumerate();
    let indices: Vec<usize> = pairs.filter(|(_, (a, b))| a != b).map(|(index, _)| index).collect();
    let values = |bytes| dtype::values(piece.tensor.dtype, bytes, indices.iter().copied());
    let each = indices.iter().zip(values(a).into_iter().zip(values(b))).map(|(&index, (a, b))| {
        let ratios = if a == 0.0 { (f64::NEG_INFINITY, f64::INFINITY) } else { (b / a, b / a) };
        Difference { index: piece.first + index, values: (a, b), count: 1, largest: (a - b).abs(), ratios }
    });
    each.reduce(Difference::and)
}
