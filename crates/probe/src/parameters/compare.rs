//! Two tensors of one shape and dtype, element by element.

use crate::Result;
use crate::parameters::element;
use crate::parameters::scan::{Pool, Unit, units};
use crate::parameters::source;
use crate::parameters::source::Source;

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

/// A tensor of a source, by number.
pub(crate) type Of<'a> = (&'a dyn Source, usize);

/// How the elements of two tensors differ, if they do; to the bit, so zeros of different signs do.
pub(crate) fn difference(a: Of<'_>, b: Of<'_>, pool: &Pool) -> Result<Option<Difference>> {
    let mut whole: Option<Difference> = None;
    for unit in units(a.1, source::entry(a.0, a.1)?) {
        if let Some(part) = of_unit(a, b, unit, pool)? {
            whole = Some(whole.map_or(part, |whole| whole.and(part)));
        }
    }
    Ok(whole)
}

fn of_unit(a: Of<'_>, b: Of<'_>, unit: Unit, pool: &Pool) -> Result<Option<Difference>> {
    let other = Unit { tensor: b.1, ..unit };
    pool.read(a.0, unit, |entry, x| {
        pool.read(b.0, other, |_, y| if x == y { None } else { differing(entry, unit.first, x, y) })
    })?
}

fn differing(entry: &source::Entry, first: usize, a: &[u8], b: &[u8]) -> Option<Difference> {
    let width = entry.width()?;
    let pairs = a.chunks(width).zip(b.chunks(width)).enumerate();
    let places: Vec<usize> = pairs.filter(|(_, (a, b))| a != b).map(|(place, _)| place).collect();
    let values = |bytes| element::values(entry.dtype, bytes, places.iter().copied());
    let each = places.iter().zip(values(a).into_iter().zip(values(b))).map(|(&place, (a, b))| {
        let ratios = if a == 0.0 { (f64::NEG_INFINITY, f64::INFINITY) } else { (b / a, b / a) };
        Difference { index: first + place, values: (a, b), count: 1, largest: (a - b).abs(), ratios }
    });
    each.reduce(Difference::and)
}
