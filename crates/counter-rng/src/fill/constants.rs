//! The numbers of a distribution for one dtype, for whoever computes its values elsewhere.

use crate::distribution::Distribution;
use crate::dtype::Dtype;
use crate::error::Error;
use crate::fill::sampler::Sampler;
use crate::transform::{Normal, Truncated, Uniform, Wide};

/// The constants that the contract's formulas take (`docs/stream.md`, 3), rounded to the type they are computed in:
/// binary64 for `f64`, binary32 for every other dtype, whose constants `f32` therefore holds exactly.
///
/// For kernels of another device; `counter-rng-cuda` is one such set. On the processor use
/// [`Stream::fill`](crate::Stream::fill).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are those of the contract's formulas")]
pub enum Constants {
    /// Every value is `value`, rounded to the dtype.
    Constant { value: f64 },
    /// `clamp(fma(c, scale, centre), lo, up)`.
    Uniform { centre: f64, scale: f64, lo: f64, up: f64 },
    /// `fma(z, std, mean)`.
    Normal { mean: f64, std: f64 },
    /// `clamp(fma(z, std, mean), lo, up)`; `below` and `above` are twice the tails that are cut off.
    Truncated { mean: f64, std: f64, probability: f64, below: f64, above: f64, tilt: f64, lo: f64, up: f64 },
}

impl Distribution {
    /// What the formulas of this distribution take for values of type `T`.
    ///
    /// ```
    /// use counter_rng::{Constants, Distribution};
    /// let constants = Distribution::normal(0.0, 0.1)?.constants::<f32>()?;
    /// assert_eq!(constants, Constants::Normal { mean: 0.0, std: f64::from(0.1_f32) });
    /// # Ok::<(), counter_rng::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fits`](Self::fits).
    pub fn constants<T: Dtype>(&self) -> Result<Constants, Error> {
        Sampler::new::<T>(self).map(|sampler| constants(&sampler))
    }
}

fn constants<W: Wide>(sampler: &Sampler<W>) -> Constants {
    match *sampler {
        Sampler::Constant(value) => Constants::Constant { value: value.into() },
        Sampler::Uniform(Uniform { centre, scale, lo, up }) => {
            let [centre, scale, lo, up] = [centre, scale, lo, up].map(W::into);
            Constants::Uniform { centre, scale, lo, up }
        }
        Sampler::Normal(Normal { mean, std }) => Constants::Normal { mean: mean.into(), std: std.into() },
        Sampler::Truncated(Truncated { mean, std, probability, below, above, tilt, lo, up }) => {
            let [mean, std, lo, up] = [mean, std, lo, up].map(W::into);
            let [probability, below, above, tilt] = [probability, below, above, tilt].map(W::into);
            Constants::Truncated { mean, std, probability, below, above, tilt, lo, up }
        }
    }
}
