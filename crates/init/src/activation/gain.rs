//! Gains: by how much a layer's weights must be wider because of the activation that follows.

use crate::activation::error::Result;
use crate::activation::function::ScalarFunction;
use crate::activation::moment::Estimate;
use crate::activation::moment::second_moment;
use crate::activation::moment::slope_moment;

/// The gain of any activation: `1/√E[f(z)²]` for a standard normal `z`.
///
/// Weights of variance `gain²/fan_in` then keep the second moment of a layer's pre-activations at one: for
/// ReLU this is He's `√2` (He et al. 2015, eq. 10). It has no unit. It has ten digits, or is an error, but for what
/// an [`Estimate`] can miss; [`gain_estimate`] has the estimated error beside it. PyTorch's table, which is another
/// choice for tanh, sigmoid and SELU, is [`pytorch_gain`](crate::activation::pytorch_gain). The cost is that of an
/// [`expectation`](crate::activation::expectation).
///
/// ```
/// use candle_init::{Activation, gain, init};
/// let initializer = init::LECUN_NORMAL.times(gain(Activation::Gelu)?);
/// assert!((gain(candle_nn::Activation::Gelu)? - 1.533530441).abs() < 1e-9);
/// assert!((gain(|z: f64| z.sin())? - 1.520866623).abs() < 1e-9);
/// # let _ = initializer;
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotFinite`](crate::activation::Error::NotFinite),
/// [`Error::InfiniteMoment`](crate::activation::Error::InfiniteMoment),
/// [`Error::ZeroMoment`](crate::activation::Error::ZeroMoment) and
/// [`Error::NotConverged`](crate::activation::Error::NotConverged), for functions that have no gain.
pub fn gain(f: impl ScalarFunction) -> Result<f64> {
    Ok(gain_estimate(f)?.value)
}

/// The gain that keeps a gradient's second moment: `1/√E[f′(z)²]` for a standard normal `z`, to go with `fan_out`
/// (Glorot and Bengio 2010, eq. 6; He et al. 2015, eq. 14).
///
/// Right to ten digits for an [`Activation`](crate::Activation), and to six or more for a closure, whose slope is
/// that of polynomials.
///
/// ```
/// use candle_init::{Activation, backward_gain};
/// assert!((backward_gain(Activation::Tanh)? - 1.467413592).abs() < 1e-9);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
///
/// # Errors
/// As [`gain`], of the derivative, and [`Error::Jump`](crate::activation::Error::Jump) for a closure that jumps.
pub fn backward_gain(f: impl ScalarFunction) -> Result<f64> {
    Ok(backward_gain_estimate(f)?.value)
}

/// [`gain`] with its estimated error.
///
/// ```
/// let gain = candle_init::activation::gain_estimate(candle_init::Activation::Relu)?;
/// assert!((gain.value - 2.0_f64.sqrt()).abs() <= gain.error && gain.error < 1e-12);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
///
/// # Errors
/// As [`gain`].
pub fn gain_estimate(f: impl ScalarFunction) -> Result<Estimate> {
    Ok(inverse_root(second_moment(f)?))
}

/// [`backward_gain`] with its estimated error.
///
/// ```
/// let gain = candle_init::activation::backward_gain_estimate(|z: f64| z.max(0.0))?;
/// assert!((gain.value - 2.0_f64.sqrt()).abs() <= gain.error && gain.error < 1e-6);
/// # Ok::<(), candle_init::activation::Error>(())
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
