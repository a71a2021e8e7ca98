//! Why a parameter got its rule.

use std::fmt;

use crate::policy::framework::Framework;

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
    /// Nothing covers it; candle's zero was accepted by [`lenient`](crate::Initializer::lenient).
    Uncovered,
    /// It was in the `VarMap` without having been made by this initializer.
    Foreign,
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
            Self::Uncovered => f.pad("NOT COVERED"),
            Self::Foreign => f.pad("not made here"),
        }
    }
}
