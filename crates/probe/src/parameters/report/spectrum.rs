//! Singular values of a matrix.

use serde::Serialize;

use crate::statistics::singular_values::singular_values;

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
    /// The spectrum of `rows × columns` values, row-major, in `f64`, each singular value to some ε of the largest. `None`
    /// where a value is not finite. It takes `4·m·n²` operations for a matrix of `m × n`, `n` being the shorter side.
    ///
    /// ```
    /// let spectrum = candle_init_probe::Spectrum::new(&[3.0, 0.0, 0.0, 4.0], 2, 2);
    /// assert!(spectrum.is_some_and(|s| s.rank == 2 && (s.condition - 4.0 / 3.0).abs() < 1e-14));
    /// ```
    #[must_use]
    pub fn new(values: &[f64], rows: usize, columns: usize) -> Option<Self> {
        let whole = rows.checked_mul(columns) == Some(values.len()) && !values.is_empty();
        if !whole || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let values = singular_values(values, rows, columns);
        let (largest, smallest) = (*values.first()?, *values.last()?);
        let limit = rows.max(columns) as f64 * f64::EPSILON * largest;
        let rank = values.iter().filter(|&&value| value > limit).count();
        let full = rank == values.len();
        Some(Self { rank, condition: if full { largest / smallest } else { f64::INFINITY }, values })
    }
}
