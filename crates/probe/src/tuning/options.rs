//! What is asked of a data-dependent initialization.

use serde::Serialize;

use crate::error::Result;
use crate::requirement::positive;

/// Layer-sequential unit variance: starts each layer from an orthonormal weight, then, layer by layer in the order in
/// which the signal meets them, divides the weight by the standard deviation that the layer's output has on a batch.
///
/// `W ← W/√Var(Wx + b)` while `|Var − 1| ≥ 0.1`, at most ten times a layer (Mishkin and Matas, "All you need is a good
/// init", ICLR 2016, arXiv:1511.06422, algorithm 1). The variance is over all values of the output before the
/// activation.
///
/// The model stays as it is: its layers are read off candle's own record of the forward pass, which gives the loss or
/// the output of the model. Weights of dense layers and of convolutions are scaled; embeddings, norms, and weights that
/// share a path, such as those of an LSTM, are left as they are, and the report says so. A large batch that
/// resembles the data is best, and the forward pass is the one of evaluation, without dropout.
///
/// A tied weight is scaled where the signal first meets it. In a residual net each branch gets unit variance, so that
/// the variance of the stream grows by one a block; scale the branches' last weights down
/// ([`candle_init::depth`]) where that is too much.
///
/// ```
/// use candle_core::{DType, Device, Module};
/// use candle_init::{Init, Initializer, init};
/// use candle_init_probe::{Lsuv, noise};
/// use candle_nn::{VarMap, linear};
///
/// let vars = VarMap::new();
/// let tiny = Init::Randn { mean: 0.0, stdev: 1e-3 };
/// let vb = Initializer::new(1).weights(tiny).var_builder(&vars, DType::F32, &Device::Cpu);
/// let (fc, head) = (linear(64, 128, vb.pp("fc"))?, linear(128, 10, vb.pp("head"))?);
///
/// let batch = noise((256, 64), 7, &Device::Cpu)?;
/// let report = Lsuv::new(42).run(&vars, &batch, |x| head.forward(&fc.forward(x)?.relu()?))?;
/// assert!(report.is_settled());
/// println!("{report}");
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
///
/// # Cost
/// One forward pass to find the layers, one after the orthonormal start, and one for each time that a weight is
/// scaled; no backward pass. All parameters are kept a second time until it is done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lsuv {
    pub(crate) start: Start,
    pub(crate) biases: Biases,
    pub(crate) std: f64,
    pub(crate) tolerance: f64,
    pub(crate) tries: usize,
}

/// What the weights are before they are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Start {
    /// Orthonormal, from this seed.
    Orthonormal(u64),
    /// As they are.
    Kept,
}

/// What happens to the biases of layers that are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Biases {
    /// They become zero.
    Zero,
    /// They are scaled with their weight, so that the layer's whole output is.
    Scaled,
    /// They are set so that each unit's mean over the batch is zero (Salimans and Kingma 2016, arXiv:1602.07868,
    /// eq. 8); the variance is then that around each unit's mean. A layer without a bias keeps its means.
    Centred,
}

impl Lsuv {
    /// The paper's algorithm, with the orthonormal start drawn from `seed` and each weight's name.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { start: Start::Orthonormal(seed), biases: Biases::Zero, std: 1.0, tolerance: 0.1, tries: 10 }
    }

    /// Scales the weights as they are, without the orthonormal start.
    #[must_use]
    pub fn keep_weights(mut self) -> Self {
        self.start = Start::Kept;
        self
    }

    /// What happens to biases; zero by default.
    #[must_use]
    pub fn biases(mut self, biases: Biases) -> Self {
        self.biases = biases;
        self
    }

    /// The standard deviation that outputs are brought to; 1 by default.
    #[must_use]
    pub fn std(mut self, std: f64) -> Self {
        self.std = std;
        self
    }

    /// How far an output's variance may be from what is asked, relative to that; 0.1 by default. (Some
    /// ports of LSUV compare standard deviations, which is half as strict.)
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// How often a weight is scaled at most; 10 by default.
    #[must_use]
    pub fn tries(mut self, tries: usize) -> Self {
        self.tries = tries;
        self
    }

    /// # Errors
    /// [`Error::Number`](crate::Error::Number) for a number that is out of its range.
    pub(crate) fn check(&self) -> Result<()> {
        positive("the standard deviation", self.std)?;
        positive("the tolerance", self.tolerance)?;
        positive("the number of tries", self.tries as f64)
    }

    /// Whether a standard deviation is near enough to what is asked.
    pub(crate) fn accepts(&self, std: f64) -> bool {
        ((std / self.std).powi(2) - 1.0).abs() < self.tolerance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tolerance_is_of_the_variance() {
        let lsuv = Lsuv::new(1);
        assert!([0.95, 1.0, 1.04].into_iter().all(|std| lsuv.accepts(std)));
        assert!([0.94, 1.06, f64::NAN].into_iter().all(|std| !lsuv.accepts(std)));
        assert!(lsuv.std(2.0).accepts(2.08) && !lsuv.std(2.0).accepts(1.04));
    }
}
