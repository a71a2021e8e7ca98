//! What a data-dependent initialization changed.

use std::fmt;

use serde::Serialize;

use crate::text::number::short;
use crate::text::table::table;
use crate::tuning::options::{Biases, Lsuv, Start};

/// Every weight of rank 2 or more, what was done to it, and what its layer's output became. Prints as a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LsuvReport {
    /// What was asked.
    pub options: Lsuv,
    /// The weights, in the order in which the signal meets them; last those that it does not meet.
    pub layers: Vec<LsuvLayer>,
    /// How many forward passes it took.
    pub passes: usize,
}

/// What was done to one weight.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LsuvLayer {
    /// The weight's full dotted path.
    pub name: String,
    /// The standard deviation of its layer's output before anything was changed; none where it has no output.
    pub std_before: Option<f64>,
    /// The same at the end.
    pub std_after: Option<f64>,
    /// Whether the weight was drawn anew, as an orthonormal one.
    pub redrawn: bool,
    /// What the weight was then multiplied by, in all.
    pub factor: f64,
    /// How often it was multiplied.
    pub tries: usize,
    /// How it ended.
    pub outcome: LsuvOutcome,
}

/// How the scaling of one weight ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LsuvOutcome {
    /// The variance of its output is within the tolerance.
    Settled,
    /// It is not, after as many tries as were allowed: the weight is as the last one left it.
    OutOfTries,
    /// Its output is one constant, or it reads nothing but zeros, so no factor helps. The layer is as it was.
    NoVariance,
    /// Its output is not finite. The layer is as it was.
    NotFinite,
    /// Its layer is not seen to be a dense one or a convolution with one weight: a table, a recurrent layer, a weight
    /// that is normalised before it is used. It is as it was.
    ///
    /// What a layer reads cannot be seen behind an operation that has no backward pass in candle 0.11:
    /// `LayerNorm` and `RmsNorm` of contiguous tensors, `softmax_last_dim`.
    NotLinear,
    /// The forward pass does not use it, or an operation without a backward pass hides that it does. It is as it was.
    Unreached,
}

impl LsuvOutcome {
    /// Whether the layer could have been scaled and was not brought within the tolerance.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::OutOfTries | Self::NoVariance | Self::NotFinite)
    }
}

impl LsuvReport {
    /// Whether every layer that could be scaled has its variance within the tolerance, and there is such a layer.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let settled = self.layers.iter().any(|layer| layer.outcome == LsuvOutcome::Settled);
        settled && !self.layers.iter().any(|layer| layer.outcome.is_failure())
    }
}

impl fmt::Display for LsuvOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Settled => "settled",
            Self::OutOfTries => "OUT OF TRIES: allow more, or a wider tolerance",
            Self::NoVariance => "NO VARIANCE: it reads zeros, or gives one constant; left as it was",
            Self::NotFinite => "NOT FINITE: look at the batch and the weights before it; left as it was",
            Self::NotLinear => "left: not seen to be a dense layer or a convolution with one weight",
            Self::Unreached => "left: not seen in the forward pass",
        })
    }
}

impl fmt::Display for LsuvReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["weight", "std before", "std after", "redrawn", "factor", "tries", "outcome"];
        let known = |std: Option<f64>| std.map_or_else(|| "–".into(), short);
        let row = |layer: &LsuvLayer| {
            let redrawn = if layer.redrawn { "yes" } else { "no" };
            let (before, after) = (known(layer.std_before), known(layer.std_after));
            let (factor, tries) = (short(layer.factor), layer.tries.to_string());
            [layer.name.clone(), before, after, redrawn.into(), factor, tries, layer.outcome.to_string()]
        };
        writeln!(f, "{}", table(header, 1, self.layers.iter().map(row)))?;
        let start = match self.options.start {
            Start::Orthonormal(seed) => format!("orthonormal start from seed {seed}"),
            Start::Kept => "weights scaled as they were".into(),
        };
        let biases = match self.options.biases {
            Biases::Zero => "biases zero",
            Biases::Scaled => "biases scaled with their weights",
            Biases::Centred => "biases against each unit's mean",
        };
        write!(f, "{start}, {biases}; {} forward passes", self.passes)
    }
}
