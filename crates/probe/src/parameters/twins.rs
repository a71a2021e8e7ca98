//! Rows and columns that are equal to the bit.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use rayon::prelude::*;

use crate::Result;
use crate::parameters::scan::{MOST, Pool, Unit, hash, units};
use crate::parameters::source;
use crate::parameters::source::{Entry, Source};

/// Rows that are read to tell columns apart.
const LOOKED_AT: usize = 8;

/// Rows, or columns, that are equal to an earlier one; those of zeros are not counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Twins {
    /// Each with the earlier one that it is equal to, in order.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// How many rows, or columns, there are.
    pub(crate) of: usize,
}

impl Twins {
    /// Whether this row, or column, has an equal before it.
    pub(crate) fn has(&self, place: usize) -> bool {
        self.pairs.binary_search_by_key(&place, |&(later, _)| later).is_ok()
    }
}

/// Equal rows of a tensor, found by the hashes of their starts, then by those of the whole rows, and compared.
pub(crate) fn rows(source: &dyn Source, tensor: usize, starts: &[u64], pool: &Pool) -> Result<Twins> {
    let entry = source::entry(source, tensor)?;
    let (of, row) = entry.matrix().unwrap_or_default();
    let candidates = repeated(starts.iter().copied().enumerate());
    let whole = candidates.into_par_iter().map(|place| {
        let hash = row_hash(source, Unit { tensor, first: place * row, count: row }, pool)?;
        Ok(hash.map(|hash| (place, hash)))
    });
    let whole = whole.filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    let pairs = paired(whole).into_par_iter().map(|(later, first)| {
        let equal = rows_equal(source, (tensor, row), (later, first), pool)?;
        Ok(equal.then_some((later, first)))
    });
    Ok(Twins { pairs: pairs.filter_map(Result::transpose).collect::<Result<_>>()?, of })
}

/// Places whose hash another place has too, in order.
fn repeated(hashes: impl Iterator<Item = (usize, u64)>) -> Vec<usize> {
    let mut sorted: Vec<_> = hashes.map(|(place, hash)| (hash, place)).collect();
    sorted.sort_unstable();
    let same = sorted.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1);
    let mut places: Vec<_> = same.flatten().map(|&(_, place)| place).collect();
    places.sort_unstable();
    places
}

/// Each place but the first of its hash, with that first.
fn paired(hashes: Vec<(usize, u64)>) -> Vec<(usize, usize)> {
    let mut firsts = HashMap::new();
    let pair = |(place, hash)| {
        let first = *firsts.entry(hash).or_insert(place);
        (first != place).then_some((place, first))
    };
    hashes.into_iter().filter_map(pair).collect()
}

/// Pieces of a range that fit a buffer.
fn pieces(whole: Unit) -> impl Iterator<Item = Unit> {
    let Unit { tensor, first, count } = whole;
    let piece = 1 << 15;
    (0..count).step_by(piece).map(move |at| Unit { tensor, first: first + at, count: piece.min(count - at) })
}

/// A row's hash; `None` of a row of zeros.
fn row_hash(source: &dyn Source, row: Unit, pool: &Pool) -> Result<Option<u64>> {
    let (mut hasher, mut any) = (DefaultHasher::new(), false);
    for piece in pieces(row) {
        pool.read(source, piece, |_, bytes| {
            any |= bytes.iter().any(|&byte| byte != 0);
            hasher.write(bytes);
        })?;
    }
    Ok(any.then(|| hasher.finish()))
}

fn rows_equal(
    source: &dyn Source,
    (tensor, row): (usize, usize),
    (a, b): (usize, usize),
    pool: &Pool,
) -> Result<bool> {
    let units = |place: usize| pieces(Unit { tensor, first: place * row, count: row });
    for (a, b) in units(a).zip(units(b)) {
        if !pool.read(source, a, |_, a| pool.read(source, b, |_, b| a == b))?? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The columns of a tensor `(rows, columns, taps…)`: where each one's bytes lie in a row's.
#[derive(Clone, Copy)]
struct Columns {
    count: usize,
    bytes: usize,
}

impl Columns {
    fn of(entry: &Entry) -> Option<Self> {
        let ((rows, row), count) = entry.matrix().zip(entry.shape.get(1).copied())?;
        let looked_at = rows > 1 && (2..=MOST).contains(&count) && row <= MOST;
        Some(Self { count, bytes: row / count.max(1) * entry.width()? }).filter(|_| looked_at)
    }

    fn of_row(self, row: &[u8], column: usize) -> &[u8] {
        row.get(column * self.bytes..(column + 1) * self.bytes).unwrap_or_default()
    }

    /// Shows every row of a unit of whole rows.
    fn each_row(self, source: &dyn Source, unit: Unit, pool: &Pool, row: impl FnMut(&[u8])) -> Result<()> {
        pool.read(source, unit, |_, bytes| bytes.chunks(self.count * self.bytes).for_each(row))
    }
}

/// Some rows of a tensor, evenly apart, as units.
pub(crate) fn some_rows(entry: &Entry, tensor: usize) -> Vec<Unit> {
    let (rows, row) = entry.matrix().unwrap_or_default();
    let few = rows.min(LOOKED_AT);
    let place = |i: usize| i * (rows - 1) / (few - 1).max(1);
    (0..few).map(|i| Unit { tensor, first: place(i) * row, count: row }).collect()
}

/// Equal columns of a tensor, found by hashes over some rows, then over all, and compared.
pub(crate) fn columns(source: &dyn Source, tensor: usize, pool: &Pool) -> Result<Twins> {
    let entry = source::entry(source, tensor)?;
    let Some(columns) = Columns::of(entry) else { return Ok(Twins::default()) };
    let all: Vec<_> = (0..columns.count).collect();
    let hashes = hashes(source, columns, &all, some_rows(entry, tensor), pool)?;
    let candidates = repeated(hashes.into_iter().map(|(place, hash, _)| (place, hash)));
    if candidates.is_empty() {
        return Ok(Twins { of: columns.count, ..Twins::default() });
    }
    let hashes = self::hashes(source, columns, &candidates, whole_rows(entry, tensor), pool)?;
    let filled = hashes.into_iter().filter(|(_, _, any)| *any);
    let mut pairs = paired(filled.map(|(place, hash, _)| (place, hash)).collect());
    for unit in whole_rows(entry, tensor) {
        columns.each_row(source, unit, pool, |row| {
            pairs.retain(|&(a, b)| columns.of_row(row, a) == columns.of_row(row, b));
        })?;
    }
    Ok(Twins { pairs, of: columns.count })
}

/// Units of whole rows, which the units of a matrix with rows of a bounded length are; of longer rows, one each.
fn whole_rows(entry: &Entry, tensor: usize) -> Vec<Unit> {
    let (rows, row) = entry.matrix().unwrap_or_default();
    let whole = units(tensor, entry).all(|unit| unit.count.is_multiple_of(row.max(1)));
    let one = |place: usize| Unit { tensor, first: place * row, count: row };
    if whole { units(tensor, entry).collect() } else { (0..rows).map(one).collect() }
}

/// Column, hash over the rows of some units, and whether anything but zeros is in it.
fn hashes(
    source: &dyn Source,
    columns: Columns,
    wanted: &[usize],
    units: Vec<Unit>,
    pool: &Pool,
) -> Result<Vec<(usize, u64, bool)>> {
    let mut found: Vec<_> = wanted.iter().map(|&column| (column, 0, false)).collect();
    for unit in units {
        columns.each_row(source, unit, pool, |row| {
            for (column, sum, any) in &mut found {
                let bytes = columns.of_row(row, *column);
                *sum = hash(*sum, bytes);
                *any |= bytes.iter().any(|&byte| byte != 0);
            }
        })?;
    }
    Ok(found)
}
