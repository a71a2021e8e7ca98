//! What is in a model's parameters: the static check, before any forward pass.

use candle_init::Fan;
use serde::Serialize;

use crate::{Finding, Histogram, Moments};

/// The parameters of a model, each measured, and what is wrong with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// Every parameter, in name order.
    pub parameters: Vec<Parameter>,
    /// What is wrong, the gravest first.
    pub findings: Vec<Finding>,
}

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

/// What a law promises of a parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Target {
    /// The law in text form.
    pub law: String,
    /// The mean of its values.
    pub mean: f64,
    /// Their standard deviation.
    pub std: f64,
    /// The fan that divides its variance, if one does.
    #[serde(skip)]
    pub(crate) fan: Option<Fan>,
}

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
