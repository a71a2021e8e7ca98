//! Variance scaling: the one family of which the classical schemes are points.

use crate::{Distribution, Fans};

/// Standard deviation of the standard normal cut at ±2: `√(1 − 4φ(2)/(2Φ(2) − 1))`.
pub const STD_CUT_AT_2: f64 = 0.879_625_661_034_239_8;

/// The count of terms that the variance is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// `fan_in`.
    In,
    /// `fan_out`.
    Out,
    /// `(fan_in + fan_out)/2`.
    Average,
    /// `√(fan_in·fan_out)`.
    Geometric,
    /// `fan_in²`: Sitzmann et al., NeurIPS 2020, draw a SIREN's first layer from ±1/fan_in.
    InSquared,
    /// Yang, Simon and Bernstein, arXiv:2310.17813: `σ = min(1, √(fan_out/fan_in))/√fan_in`.
    Spectral,
}

/// The form of the distribution that gets the variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// Normal, not cut.
    Normal,
    /// Normal cut at so many standard deviations of the parent, which is widened to keep the variance asked for.
    Truncated(f64),
    /// Uniform on `±√(3·variance)`.
    Uniform,
}

/// Mean 0 and variance `scale/n`, with `n` the chosen fan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Variance times `n`.
    pub scale: f64,
    /// What `n` is.
    pub fan: Fan,
}

impl Scaling {
    /// Glorot and Bengio, AISTATS 2010, equation 12 as a variance: `2/(fan_in + fan_out)`.
    pub const GLOROT: Self = Self::new(1.0, Fan::Average);
    /// He, Zhang, Ren and Sun, ICCV 2015, equation 10: `2/fan_in`.
    pub const HE: Self = Self::new(2.0, Fan::In);
    /// LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, equation 16: `1/fan_in`.
    pub const LECUN: Self = Self::new(1.0, Fan::In);

    /// Variance `scale` over the fan `fan`.
    #[must_use]
    pub const fn new(scale: f64, fan: Fan) -> Self {
        Self { scale, fan }
    }

    /// The target standard deviation, `√(scale/n)`.
    #[must_use]
    pub fn std(self, Fans { fan_in, fan_out }: Fans) -> f64 {
        let n = match self.fan {
            Fan::In => fan_in,
            Fan::Out => fan_out,
            Fan::Average => (fan_in + fan_out) / 2.0,
            Fan::Geometric => (fan_in * fan_out).sqrt(),
            Fan::InSquared => fan_in.powi(2),
            Fan::Spectral => return self.scale.sqrt() * (fan_out / fan_in).sqrt().min(1.0) / fan_in.sqrt(),
        };
        (self.scale / n).sqrt()
    }

    /// The distribution of the given form with that standard deviation.
    #[must_use]
    pub fn distribution(self, fans: Fans, form: Form) -> Distribution {
        let std = self.std(fans);
        let bound = 3.0_f64.sqrt() * std;
        match form {
            Form::Normal => Distribution::Normal(0.0, std),
            Form::Truncated(cut) => {
                let [_, after, _] = Distribution::TruncatedNormal(0.0, 1.0, -cut, cut).moments();
                let parent = std / after;
                Distribution::TruncatedNormal(0.0, parent, -cut * parent, cut * parent)
            }
            Form::Uniform => Distribution::Uniform(-bound, bound),
        }
    }
}
