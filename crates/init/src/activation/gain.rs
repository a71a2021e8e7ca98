//! Gains: by how much a layer's weights must be wider because of the nonlinearity that follows.

use candle_nn::init::NonLinearity as CandleNonLinearity;

use crate::activation::Estimate;
use crate::activation::ScalarFunction;
use crate::activation::second_moment;
use crate::activation::slope_moment;
use crate::error::Result;

/// The gain of any activation: `1/√E[f(z)²]` for a standard normal `z`.
///
/// Weights of variance `gain²/fan_in` then keep the second moment of a layer's pre-activations at one: for
/// ReLU this is He's `√2` (He et al. 2015, eq. 10). It has no unit. It is right to ten digits, or an error;
/// [`gain_estimate`] has its error bound beside it. PyTorch's table, which is another choice for tanh,
/// sigmoid and SELU,
/// is [`NonLinearity`].
///
/// ```
/// use candle_init::{Activation, gain, init};
/// let law = init::LECUN_NORMAL.times(gain(Activation::Gelu)?);
/// assert!((gain(Activation::Gelu)? - 1.533530441).abs() < 1e-9);
/// assert!((gain(|z: f64| z.sin())? - 1.520866623).abs() < 1e-9);
/// # let _ = law;
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotFinite`](crate::Error::NotFinite), [`Error::InfiniteMoment`](crate::Error::InfiniteMoment),
/// [`Error::ZeroMoment`](crate::Error::ZeroMoment) and [`Error::NotConverged`](crate::Error::NotConverged),
/// for
/// functions that have no gain.
pub fn gain(f: impl ScalarFunction) -> Result<f64> {
    Ok(gain_estimate(f)?.value)
}

/// The gain that keeps a gradient's second moment: `1/√E[f′(z)²]` for a standard normal `z`, to go with
/// `fan_out`
/// (Glorot and Bengio 2010, eq. 6; He et al. 2015, eq. 14).
///
/// Right to ten digits for an [`Activation`](crate::Activation), to six for a closure, whose derivative is
/// numerical.
///
/// ```
/// use candle_init::{Activation, backward_gain};
/// assert!((backward_gain(Activation::Tanh)? - 1.467413592).abs() < 1e-9);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// As [`gain`], of the derivative.
pub fn backward_gain(f: impl ScalarFunction) -> Result<f64> {
    Ok(backward_gain_estimate(f)?.value)
}

/// [`gain`] with a bound on its error.
///
/// ```
/// let gain = candle_init::gain_estimate(candle_init::Activation::Relu)?;
/// assert!((gain.value - 2.0_f64.sqrt()).abs() <= gain.error && gain.error < 1e-12);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// As [`gain`].
pub fn gain_estimate(f: impl ScalarFunction) -> Result<Estimate> {
    Ok(inverse_root(second_moment(f)?))
}

/// [`backward_gain`] with a bound on its error.
///
/// ```
/// let gain = candle_init::backward_gain_estimate(|z: f64| z.max(0.0))?;
/// assert!((gain.value - 2.0_f64.sqrt()).abs() <= gain.error && gain.error < 1e-6);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// As [`backward_gain`].
pub fn backward_gain_estimate(f: impl ScalarFunction) -> Result<Estimate> {
    Ok(inverse_root(slope_moment(f)?))
}

/// `1/√m` with its error: half of the relative error of `m`, which is small, and one rounding each.
fn inverse_root(moment: Estimate) -> Estimate {
    let value = moment.value.sqrt().recip();
    Estimate { value, error: value * (0.6 * moment.error / moment.value + 2.0 * f64::EPSILON) }
}

/// The nonlinearity that follows a layer, spelled as candle spells it, and leaky ReLU.
///
/// ```
/// use candle_init::{NonLinearity, init};
/// assert_eq!(NonLinearity::Tanh.gain(), 5.0 / 3.0);
/// let wider = init::GLOROT_UNIFORM.times(NonLinearity::Tanh.gain());
/// assert_eq!(wider.to_string(), "glorot_uniform.times(1.6666666666666667)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum NonLinearity {
    /// No nonlinearity: 1.
    Linear,
    /// Logistic sigmoid: 1.
    Sigmoid,
    /// Hyperbolic tangent: 5/3.
    Tanh,
    /// Rectifier: `√2` (He et al. 2015, eq. 10).
    ReLU,
    /// Leaky rectifier with this slope below zero: `√(2/(1+a²))` (He et al. 2015, eq. 15).
    LeakyReLU(f64),
    /// Self-normalising unit: 0.75.
    SELU,
    /// A gain that you know.
    ExplicitGain(f64),
}

impl NonLinearity {
    /// The factor on the standard deviation, as PyTorch's `torch.nn.init.calculate_gain` and candle
    /// have it. 5/3 for tanh and 0.75 for SELU are rules of thumb, not second moments.
    #[must_use]
    pub fn gain(self) -> f64 {
        match self {
            Self::Linear | Self::Sigmoid => 1.0,
            Self::Tanh => 5.0 / 3.0,
            Self::ReLU => std::f64::consts::SQRT_2,
            Self::LeakyReLU(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
            Self::SELU => 0.75,
            Self::ExplicitGain(gain) => gain,
        }
    }
}

impl From<CandleNonLinearity> for NonLinearity {
    fn from(candle: CandleNonLinearity) -> Self {
        match candle {
            CandleNonLinearity::ReLU => Self::ReLU,
            CandleNonLinearity::Linear => Self::Linear,
            CandleNonLinearity::Sigmoid => Self::Sigmoid,
            CandleNonLinearity::Tanh => Self::Tanh,
            CandleNonLinearity::SELU => Self::SELU,
            CandleNonLinearity::ExplicitGain(gain) => Self::ExplicitGain(gain),
        }
    }
}
