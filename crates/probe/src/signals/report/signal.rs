//! What a forward and a backward pass do, layer by layer.

use serde::Serialize;

use crate::findings::finding::Finding;
use crate::statistics::histogram::Histogram;
use crate::statistics::moments::Moments;

/// One forward and one backward pass through a model, measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Signal {
    /// The loss.
    pub loss: f64,
    /// How many classes the loss tells apart, where it was stated.
    pub classes: Option<usize>,
    /// The layers, in the order in which the signal meets them.
    pub layers: Vec<LayerSignal>,
    /// Every parameter's gradient, in name order.
    pub gradients: Vec<Gradient>,
    /// What is wrong, the cause before what follows from it.
    pub findings: Vec<Finding>,
}

/// What one layer does to the signal of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LayerSignal {
    /// Its path, the common part of its parameters' names: `encoder.0.fc1`; or the name of a tap.
    pub name: String,
    /// Root mean square of what it reads; NaN where that is not known.
    pub input_rms: f64,
    /// Mean correlation (cosine) between what two samples make it read; NaN for a batch of one or where it is not known.
    pub input_correlation: f64,
    /// Its output before the activation.
    pub output: Moments,
    /// The activation that follows, where one is recognised: `relu`, `gelu`.
    pub activation: Option<String>,
    /// What it passes on: its output after the activation.
    pub passed: Moments,
    /// The values that it passes on, or an even sample of them.
    pub histogram: Histogram,
    /// The share of its units that are off, or constant, over the whole batch.
    pub dead: f64,
    /// The share of its outputs where the activation's slope is under 2 % of its largest.
    pub saturated: f64,
    /// The share of its units where that is so for every sample of the batch.
    pub flat: f64,
    /// The share of its units that are off for every sample by more than chance explains.
    #[serde(skip)]
    pub(crate) out_of_reach: f64,
    /// Mean correlation (cosine) between what two samples make it pass on; NaN for a batch of one.
    pub correlation: f64,
    /// The share of what it passes on, by mean square, in which samples differ: 0 where all are one, about 1 for samples
    /// that have nothing in common; NaN for a batch of one.
    pub spread: f64,
    /// The same of what it reads.
    pub input_spread: f64,
    /// What theory says of its output's root mean square, where it says something.
    pub predicted: Option<Band>,
    /// Root mean square of the loss's gradient with respect to its output, as a tap measures it, or as
    /// follows from its weight's gradient.
    pub error_rms: Option<f64>,
}

/// A prediction with the interval that a single net of finite width falls into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Band {
    /// The prediction.
    pub rms: f64,
    /// Where a healthy net's interval starts.
    pub lo: f64,
    /// Where it ends.
    pub hi: f64,
}

/// The gradient of one parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Gradient {
    /// The parameter's full dotted path.
    pub name: String,
    /// Its gradient's moments; `None` where none reaches it.
    pub moments: Option<Moments>,
    /// Root mean square of the gradient over that of the parameter; infinite for a parameter of zeros.
    pub to_weight: Option<f64>,
    /// What a step of plain gradient descent changes relative to the parameter: the learning rate times
    /// `to_weight`, where a learning rate was stated.
    pub update: Option<f64>,
    /// Equal rows and equal columns, with what their gradients say.
    #[serde(skip)]
    pub(crate) twins: [Twins; 2],
    /// How many columns of a weight of zeros have no gradient, though others have.
    #[serde(skip)]
    pub(crate) unread: usize,
    /// Whether the parameter is a matrix or a kernel.
    #[serde(skip)]
    pub(crate) of_weight: bool,
}

/// The equal neurons of a weight along one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Twins {
    /// How many are equal to an earlier one and have its gradient.
    pub(crate) staying: usize,
    /// How many are equal to an earlier one and have another gradient.
    pub(crate) parting: usize,
    /// How many neurons there are.
    pub(crate) of: usize,
}
