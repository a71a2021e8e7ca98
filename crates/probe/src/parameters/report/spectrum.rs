//! Singular values of a matrix.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{MatRef, Par};
use serde::Serialize;

/// The singular values of a matrix.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Spectrum {
    /// The singular values, largest first.
    pub values: Vec<f64>,
    /// How many exceed `max(rows, columns)·ε·largest`.
    pub rank: usize,
    /// The largest over the smallest; infinite for a matrix without full rank.
    pub condition: f64,
}

impl Spectrum {
    /// The spectrum of `rows × columns` values, row-major, in `f64`. `None` where a value is not finite or the
    /// iteration does not converge.
    ///
    /// ```
    /// let spectrum = candle_init_probe::Spectrum::new(&[3.0, 0.0, 0.0, 4.0], 2, 2);
    /// assert_eq!(spectrum.map(|s| (s.rank, s.condition)), Some((2, 4.0 / 3.0)));
    /// ```
    #[must_use]
    pub fn new(values: &[f64], rows: usize, columns: usize) -> Option<Self> {
        let whole = rows.checked_mul(columns) == Some(values.len()) && !values.is_empty();
        if !whole || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let values = singular_values(MatRef::from_row_major_slice(values, rows, columns))?;
        let (largest, smallest) = (*values.first()?, *values.last()?);
        let limit = rows.max(columns) as f64 * f64::EPSILON * largest;
        let rank = values.iter().filter(|&&value| value > limit).count();
        let full = rank == values.len();
        Some(Self { rank, condition: if full { largest / smallest } else { f64::INFINITY }, values })
    }
}

/// The singular values, largest first, on one thread: other matrices are for the others, and the bits do not
/// depend on their number.
fn singular_values(matrix: MatRef<'_, f64>) -> Option<Vec<f64>> {
    let (rows, columns) = matrix.shape();
    let (none, alone) = (ComputeSvdVectors::No, Par::Seq);
    let scratch = svd_scratch::<f64>(rows, columns, none, none, alone, Default::default());
    let mut memory = MemBuffer::try_new(scratch).ok()?;
    let mut values = Diag::zeros(rows.min(columns));
    let stack = MemStack::new(&mut memory);
    svd(matrix, values.as_mut(), None, None, alone, stack, Default::default()).ok()?;
    Some(values.column_vector().iter().copied().collect())
}
