//! Variance scaling: the one formula behind Glorot, He and LeCun.

use counter_rng::Distribution;

use crate::error::Result;
use crate::layer::Fans;
use crate::number::{check, positive};

/// Which fan the variance is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fan {
    /// `fan_in`: keeps the variance of the forward signal.
    In,
    /// `fan_out`: keeps the variance of the gradient.
    Out,
    /// `(fan_in + fan_out)/2`: Glorot's compromise.
    Average,
    /// `√(fan_in·fan_out)`: JAX's `fan_geo_avg`.
    GeometricAverage,
    /// `fan_in²`: a width that falls as `1/fan_in`, as in the first layer of a SIREN.
    InSquared,
    /// `fan_in·max(1, fan_in/fan_out)`: the variance of spectral µP.
    Spectral,
}

/// The form of the distribution. Its standard deviation is the same in all three.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Family {
    /// A normal, not truncated: PyTorch's, and Keras's `untruncated_normal`.
    Normal,
    /// A normal cut at this many of its own sigmas on both sides, and widened so that the standard deviation
    /// **after the cut** is the one asked for.
    TruncatedNormal {
        /// Where it is cut, in standard deviations before the cut; positive.
        sigmas: f64,
    },
    /// Uniform on `±√3·std`.
    Uniform,
}

impl Family {
    /// Cut at ±2 sigmas and widened by 1/0.8796: what Keras and JAX use for `he_normal`.
    pub const TRUNCATED_NORMAL: Self = Self::TruncatedNormal { sigmas: 2.0 };
}

/// Standard deviation of a standard normal that is cut at ±2: `√(1 − 4φ(2)/(2Φ(2) − 1))`.
pub const STD_CUT_AT_TWO_SIGMAS: f64 = 0.879_625_661_034_239_8;

/// `std = √(scale / n)`, where `n` is a fan: the family of Glorot, He and LeCun.
///
/// Equals `jax.nn.initializers.variance_scaling` and Keras's `VarianceScaling`, with this difference:
/// `normal` is never truncated silently.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VarianceScaling {
    /// The variance, times the fan. Positive and finite.
    pub scale: f64,
    /// The fan that divides it.
    pub fan: Fan,
    /// The form of the distribution.
    pub family: Family,
}

impl VarianceScaling {
    /// The fan `n` that the variance is divided by.
    #[must_use]
    pub fn n(&self, fans: Fans) -> f64 {
        match self.fan {
            Fan::In => fans.fan_in,
            Fan::Out => fans.fan_out,
            Fan::Average => (fans.fan_in + fans.fan_out) / 2.0,
            Fan::GeometricAverage => (fans.fan_in * fans.fan_out).sqrt(),
            Fan::InSquared => fans.fan_in * fans.fan_in,
            Fan::Spectral => fans.fan_in * (fans.fan_in / fans.fan_out).max(1.0),
        }
    }

    /// The distribution at these fans, which must not make `n` zero.
    ///
    /// # Errors
    /// [`Error::Number`](crate::Error::Number) for a scale that is not positive and finite, [`Error::Distribution`](crate::Error::Distribution) for a standard deviation
    /// that is not finite.
    pub fn distribution(&self, fans: Fans) -> Result<Distribution> {
        let required = "a positive, finite number (for no spread at all use `zeros`)";
        let scale = check("scale", self.scale, self.scale > 0.0 && self.scale.is_finite(), required)?;
        let std = (scale / self.n(fans)).sqrt();
        Ok(match self.family {
            Family::Normal => Distribution::normal(0.0, std)?,
            Family::Uniform => {
                let bound = 3_f64.sqrt() * std;
                Distribution::uniform(-bound, bound)?
            }
            Family::TruncatedNormal { sigmas } => {
                let parent = std / std_cut_at(sigmas)?;
                Distribution::truncated_normal(0.0, parent, -sigmas * parent, sigmas * parent)?
            }
        })
    }

    /// The name of the fan that is zero, if `n` is.
    pub(crate) fn zero_fan(&self, fans: Fans) -> Option<&'static str> {
        let name = match self.fan {
            Fan::In => "fan_in",
            Fan::Out => "fan_out",
            Fan::Average => "the average fan",
            Fan::GeometricAverage => "the geometric average fan",
            Fan::InSquared => "fan_in",
            Fan::Spectral if fans.fan_in == 0.0 => "fan_in",
            // The variance of a layer without outputs is that of a product with 1/0.
            Fan::Spectral => return (fans.fan_out == 0.0).then_some("fan_out"),
        };
        (self.n(fans) == 0.0).then_some(name)
    }
}

/// Standard deviation of a standard normal that is cut at ±`sigmas`.
fn std_cut_at(sigmas: f64) -> Result<f64> {
    if sigmas == 2.0 {
        return Ok(STD_CUT_AT_TWO_SIGMAS);
    }
    let sigmas = positive("sigmas", sigmas)?;
    Ok(Distribution::truncated_normal(0.0, 1.0, -sigmas, sigmas)?.std())
}
