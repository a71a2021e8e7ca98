//! Why a parameter got its rule.

use std::fmt;

use candle_core::{DType, Shape};
use candle_init_checkpoint::Tensor;

use crate::policy::framework::Framework;
use crate::policy::loading::Growth;

/// Why a parameter got its rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A rule matched its name.
    Rule {
        /// The rule's pattern.
        pattern: String,
    },
    /// A rule of a [recipe](crate::Recipe) matched its name.
    Recipe {
        /// The recipe's family.
        family: String,
        /// The rule's pattern.
        pattern: String,
    },
    /// It is a weight, and [`Initializer::weights`](crate::Initializer::weights) says what weights get.
    Weights,
    /// The framework whose [defaults](crate::Initializer::defaults) it has.
    Framework(Framework),
    /// The layer asked candle for this initializer.
    Hint,
    /// It is a running statistic of a batch norm, which starts where the layer says and no rule touches.
    RunningStatistic,
    /// A checkpoint has it.
    Loaded {
        /// The tensor's name in its file.
        tensor: String,
        /// The file's dtype, if the values were converted from it.
        converted: Option<String>,
    },
    /// A checkpoint has its first rows.
    Grown {
        /// The tensor's name in its file.
        tensor: String,
        /// How many rows are new.
        rows: usize,
        /// How they were made.
        by: Growth,
    },
    /// Nothing covers it; candle's zero was accepted by [`lenient`](crate::Initializer::lenient).
    Uncovered,
    /// It was in the `VarMap` without having been made by this initializer.
    Foreign,
}

impl Reason {
    /// That a tensor gives all values of a parameter of this dtype.
    pub(crate) fn loaded(tensor: &Tensor, dtype: DType) -> Self {
        let same = DType::try_from(tensor.dtype()).is_ok_and(|stored| stored == dtype);
        let converted = (!same).then(|| tensor.dtype().to_string().to_ascii_lowercase());
        Self::Loaded { tensor: tensor.name_in_file().into(), converted }
    }

    /// That a tensor gives the first rows of a parameter of this shape.
    pub(crate) fn grown(tensor: &Tensor, shape: &Shape, by: Growth) -> Self {
        let first = |dims: &[usize]| dims.first().copied().unwrap_or(0);
        let rows = first(shape.dims()).saturating_sub(first(tensor.shape()));
        Self::Grown { tensor: tensor.name_in_file().into(), rows, by }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { pattern } => f.pad(pattern),
            Self::Recipe { family, pattern } => f.pad(&format!("{family}: {pattern}")),
            Self::Weights => f.pad("weights"),
            Self::Framework(framework) => framework.fmt(f),
            Self::Hint => f.pad("layer's hint"),
            Self::RunningStatistic => f.pad("running statistic"),
            Self::Loaded { converted: None, .. } => f.pad("loaded"),
            Self::Loaded { converted: Some(dtype), .. } => f.pad(&format!("loaded from {dtype}")),
            Self::Grown { rows, by, .. } => f.pad(&format!("loaded, {rows} new rows by {by}")),
            Self::Uncovered => f.pad("NOT COVERED"),
            Self::Foreign => f.pad("not made here"),
        }
    }
}
