//! How likely it is that numbers of a tensor are equal by chance, and whether they are drawn at all.

use candle_init_checkpoint::Dtype;

use crate::error::Result;
use crate::parameters::checks::scan::{MOST, Scan};
use crate::parameters::checks::twins::{Twins, some_rows};
use crate::parameters::reading::dtype;
use crate::parameters::reading::piece::Pool;
use crate::parameters::reading::stored::Stored;
use crate::statistics::moments::Moments;

/// With which probability equal rows are blamed on a right tensor.
const FALSE_ALARM: f64 = 1e-12;

/// The probability that two elements of a tensor are equal, from a sample that leaves out what is doubled.
///
/// Where all of the sample differ, it is what a continuous distribution gives in that dtype, rounded up: two draws fall
/// into one of some 2^(digits − 1) steps.
pub(crate) fn chance(sample: &[(usize, f64)], dtype: Dtype, doubled: impl Fn(usize) -> bool) -> f64 {
    let mut bits: Vec<_> =
        sample.iter().filter(|(index, _)| !doubled(*index)).map(|(_, value)| value.to_bits()).collect();
    bits.sort_unstable();
    let pairs = |n: usize| n as f64 * (n as f64 - 1.0) / 2.0;
    let equal: f64 = bits.chunk_by(|a, b| a == b).map(|same| pairs(same.len())).sum();
    let (step, _) = dtype::steps(dtype).unwrap_or((1.0, 0.0));
    match bits.len() {
        0..8 => 1.0,
        _ if equal == 0.0 => (2.0 * step).max(2_f64.powi(-20)),
        n => (equal + 1.0) / pairs(n),
    }
}

/// Whether equal ones among `of` rows of `length` elements cannot be chance.
pub(crate) fn is_no_chance(chance: f64, of: usize, length: usize) -> bool {
    let pairs = of as f64 * of as f64 / 2.0;
    pairs.ln() + length as f64 * chance.ln() < FALSE_ALARM.ln()
}

/// Whether a matrix is made by a formula, so that rows may repeat on purpose: all that is not zero has one size
/// (identity, Dirac, Hadamard, masks, one-hot), every row goes only up, or only down (ranges, frequencies), or it is a table
/// of cosines or sines that starts at an angle of 0.
pub(crate) fn is_made(tensor: &Stored, scan: &Scan, moments: &Moments, pool: &Pool) -> Result<bool> {
    let size = moments.min.abs().max(moments.max.abs());
    if scan.sample.iter().all(|(_, value)| *value == 0.0 || value.abs() == size) {
        return Ok(true);
    }
    if (0.99..=1.0).contains(&size) && starts_at_zero(tensor, pool)? {
        return Ok(true);
    }
    let rows = some_rows(tensor).into_iter().filter(|row| row.count <= MOST);
    let ways = rows.map(|row| Ok(way(&pool.values(row)?))).collect::<Result<Vec<_>>>()?;
    let first = ways.first().copied().flatten();
    Ok(first.is_some() && ways.iter().all(|way| *way == first))
}

/// Whether the first row is all 1, or all 0: the cosines, or sines, of 0.
fn starts_at_zero(tensor: &Stored, pool: &Pool) -> Result<bool> {
    let Some(first) = some_rows(tensor).into_iter().next().filter(|row| row.count <= MOST) else {
        return Ok(false);
    };
    let values = pool.values(first)?;
    Ok([0.0, 1.0].iter().any(|one| values.len() > 1 && values.iter().all(|value| value == one)))
}

/// Which way four or more values go, if it is one; in a narrow dtype neighbours may be equal.
fn way(row: &[f64]) -> Option<bool> {
    let goes = |up: bool| row.windows(2).all(|pair| matches!(pair, [a, b] if a == b || (a < b) == up));
    [true, false].into_iter().find(|&up| row.len() > 3 && row.first() != row.last() && goes(up))
}

/// Elements of a tensor that lie in a doubled row or column.
pub(crate) fn doubled(shape: &[usize], row: usize, rows: &Twins, columns: &Twins) -> impl Fn(usize) -> bool {
    let taps = row / shape.get(1).copied().unwrap_or(1).max(1);
    move |index| rows.has(index / row.max(1)) || columns.has(index % row.max(1) / taps.max(1))
}
