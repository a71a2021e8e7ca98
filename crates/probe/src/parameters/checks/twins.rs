//! Rows and columns that are equal to the bit.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::error::Result;
use crate::parameters::checks::hash::hash;
use crate::parameters::checks::scan::MOST;
use crate::parameters::reading::piece::{Piece, Pool, pieces};
use crate::parameters::reading::stored::Stored;

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
    pub(crate) fn has(&self, index: usize) -> bool {
        self.pairs.binary_search_by_key(&index, |&(later, _)| later).is_ok()
    }
}

/// Equal rows of a tensor, found by the hashes of their starts, then by those of the whole rows, and compared.
pub(crate) fn rows(tensor: &Stored, starts: &[u64], pool: &Pool) -> Result<Twins> {
    let (of, row) = tensor.matrix().unwrap_or_default();
    let candidates = repeated(starts.iter().copied().enumerate());
    let whole = candidates.into_par_iter().map(|index| {
        let hash = row_hash(Piece::row(tensor, index, row), pool)?;
        Ok(hash.map(|hash| (index, hash)))
    });
    let whole = whole.filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    let pairs = paired(whole).into_par_iter().map(|(later, first)| {
        let [a, b] = [later, first].map(|index| Piece::row(tensor, index, row));
        Ok(are_equal(a, b, pool)?.then_some((later, first)))
    });
    Ok(Twins { pairs: pairs.filter_map(Result::transpose).collect::<Result<_>>()?, of })
}

/// Indices whose hash another index has too, in order.
fn repeated(hashes: impl Iterator<Item = (usize, u64)>) -> Vec<usize> {
    let mut sorted: Vec<_> = hashes.map(|(index, hash)| (hash, index)).collect();
    sorted.sort_unstable();
    let same = sorted.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1);
    let mut indices: Vec<_> = same.flatten().map(|&(_, index)| index).collect();
    indices.sort_unstable();
    indices
}

/// Each index but the first of its hash, with that first.
fn paired(hashes: Vec<(usize, u64)>) -> Vec<(usize, usize)> {
    let mut firsts = HashMap::new();
    let pair = |(index, hash)| {
        let first = *firsts.entry(hash).or_insert(index);
        (first != index).then_some((index, first))
    };
    hashes.into_iter().filter_map(pair).collect()
}

/// Elements of a long row that are read at a time.
const PART: usize = 1 << 15;

/// A row's hash; `None` of a row of zeros.
fn row_hash(row: Piece<'_>, pool: &Pool) -> Result<Option<u64>> {
    let (mut sum, mut any) = (0, false);
    for part in row.parts(PART) {
        pool.read(part, |bytes| {
            any |= bytes.iter().any(|&byte| byte != 0);
            sum = hash(sum, bytes);
        })?;
    }
    Ok(any.then_some(sum))
}

fn are_equal(a: Piece<'_>, b: Piece<'_>, pool: &Pool) -> Result<bool> {
    for (a, b) in a.parts(PART).zip(b.parts(PART)) {
        if !pool.read(a, |a| pool.read(b, |b| a == b))?? {
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
    fn of(tensor: &Stored) -> Option<Self> {
        let ((rows, row), count) = tensor.matrix().zip(tensor.shape.get(1).copied())?;
        let looked_at = rows > 1 && (2..=MOST).contains(&count) && row <= MOST;
        Some(Self { count, bytes: row / count.max(1) * tensor.width()? }).filter(|_| looked_at)
    }

    fn of_row(self, row: &[u8], column: usize) -> &[u8] {
        row.get(column * self.bytes..(column + 1) * self.bytes).unwrap_or_default()
    }

    /// Shows every row of a piece of whole rows.
    fn each_row(self, rows: Piece<'_>, pool: &Pool, row: impl FnMut(&[u8])) -> Result<()> {
        pool.read(rows, |bytes| bytes.chunks(self.count * self.bytes).for_each(row))
    }
}

/// Some rows of a tensor, evenly apart.
pub(crate) fn some_rows(tensor: &Stored) -> Vec<Piece<'_>> {
    let (rows, row) = tensor.matrix().unwrap_or_default();
    let few = rows.min(LOOKED_AT);
    let index = |i: usize| i * (rows - 1) / (few - 1).max(1);
    (0..few).map(|i| Piece::row(tensor, index(i), row)).collect()
}

/// Equal columns of a tensor, found by hashes over some rows, then over all, and compared.
pub(crate) fn columns(tensor: &Stored, pool: &Pool) -> Result<Twins> {
    let Some(columns) = Columns::of(tensor) else { return Ok(Twins::default()) };
    let all: Vec<_> = (0..columns.count).collect();
    let hashes = hashes(columns, &all, some_rows(tensor), pool)?;
    let candidates = repeated(hashes.into_iter().map(|(index, hash, _)| (index, hash)));
    if candidates.is_empty() {
        return Ok(Twins { of: columns.count, ..Twins::default() });
    }
    let hashes = self::hashes(columns, &candidates, whole_rows(tensor), pool)?;
    let filled = hashes.into_iter().filter(|(_, _, any)| *any);
    let mut pairs = paired(filled.map(|(index, hash, _)| (index, hash)).collect());
    for rows in whole_rows(tensor) {
        columns.each_row(rows, pool, |row| {
            pairs.retain(|&(a, b)| columns.of_row(row, a) == columns.of_row(row, b));
        })?;
    }
    Ok(Twins { pairs, of: columns.count })
}

/// Pieces of whole rows, which the pieces of a matrix with rows of a bounded length are; of longer rows, one each.
fn whole_rows(tensor: &Stored) -> Vec<Piece<'_>> {
    let (rows, row) = tensor.matrix().unwrap_or_default();
    let whole = pieces(tensor).all(|piece| piece.count.is_multiple_of(row.max(1)));
    let one = |index: usize| Piece::row(tensor, index, row);
    if whole { pieces(tensor).collect() } else { (0..rows).map(one).collect() }
}

/// Column, hash over the rows of some pieces, and whether anything but zeros is in it.
fn hashes(
    columns: Columns,
    wanted: &[usize],
    pieces: Vec<Piece<'_>>,
    pool: &Pool,
) -> Result<Vec<(usize, u64, bool)>> {
    let mut found: Vec<_> = wanted.iter().map(|&column| (column, 0, false)).collect();
    for rows in pieces {
        columns.each_row(rows, pool, |row| {
            for (column, sum, any) in &mut found {
                let bytes = columns.of_row(row, *column);
                *sum = hash(*sum, bytes);
                *any |= bytes.iter().any(|&byte| byte != 0);
            }
        })?;
    }
    Ok(found)
}
