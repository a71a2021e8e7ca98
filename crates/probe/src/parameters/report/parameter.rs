//! One parameter as it was measured.

use serde::Serialize;

use crate::parameters::report::spectrum::Spectrum;
use crate::statistics::histogram::Histogram;
use crate::statistics::moments::Moments;

/// What stands for the figures of a dtype whose values have no one meaning.
pub(crate) const NOT_MEASURED: &str = "not measured";

/// One parameter as it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Parameter {
    /// The full dotted path.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its dtype, as candle spells it: `f32`.
    pub dtype: String,
    /// Its values' moments; of packed and complex dtypes the count alone.
    pub moments: Moments,
    /// What it should be, where an initializer says so.
    pub target: Option<Target>,
    /// Its values, or an even sample of them.
    pub histogram: Histogram,
    /// Its singular values as a matrix, where they were asked for and it is one.
    pub spectrum: Option<Spectrum>,
    /// Rows that are equal to an earlier row, to the bit; those of zeros, and what is equal by chance or made by
    /// a formula, are not counted.
    pub twin_rows: usize,
    /// Columns that are equal to an earlier column, counted as rows are.
    pub twin_columns: usize,
}

impl Parameter {
    /// Whether its values were measured: those of packed and complex dtypes (F4, F6, C64) are not, and nothing is known of
    /// them but how many there are.
    ///
    /// ```
    /// assert!(candle_init_probe::Parameter::default().is_measured()); // a tensor of no elements: nothing is left out
    /// ```
    #[must_use]
    pub fn is_measured(&self) -> bool {
        let Moments { count, min, nan, infinite, .. } = self.moments;
        count == 0 || !min.is_nan() || nan + infinite > 0
    }
}

/// What an initializer promises of a parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Target {
    /// The rule that it was drawn by, in text form.
    pub rule: String,
    /// The mean of its values.
    pub mean: f64,
    /// Their standard deviation.
    pub std: f64,
}
