//! Why a function has no gain, or a net no fixed point.

use candle_init_checkpoint::shown;

use crate::activation::named::Activation;
use crate::said::said;

/// What the functions of [`activation`](crate::activation) return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Reason a function has no gain, a net no fixed point, or a text is no activation.
///
/// ```
/// use candle_init::activation::{Error, gain};
/// assert!(matches!(gain(|_: f64| 0.0), Err(Error::ZeroMoment)));
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A function has no finite value where its expectation needs one.
    #[error("the function is {} at {at}: an expectation needs it finite from -37 to 37 sigmas", said(*.value))]
    NotFinite {
        /// Where.
        at: f64,
        /// Its value there.
        value: f64,
    },
    /// A function grows faster than the normal density falls.
    #[error(
        "the second moment is infinite or out of reach: {fraction:.1e} of it lies beyond 32 sigmas. A function that \
         grows slower than exp(z²/4) is required"
    )]
    InfiniteMoment {
        /// Which part of what was summed lies beyond 32 sigmas.
        fraction: f64,
    },
    /// A function is zero, or too small to be squared, so no weights carry a signal through it.
    #[error(
        "the second moment is zero or lost in rounding: no gain makes up for it; check the function, or scale it"
    )]
    ZeroMoment,
    /// A function jumps, so the square of its slope has no finite expectation.
    #[error(
        "the function jumps at {at}, so its slope has no second moment: a continuous function is required, or the \
         gain of the gradient estimator that stands in for the slope"
    )]
    Jump {
        /// Where.
        at: f64,
    },
    /// An integral does not settle within the budget of calls.
    #[error(
        "after {calls} evaluations the expectation is still uncertain by {error:.1e} of its size. A function without \
         poles and with fewer than some thousand jumps or waves is required"
    )]
    NotConverged {
        /// Evaluations of the function that were spent.
        calls: usize,
        /// The relative error that was reached.
        error: f64,
    },
    /// A product of two halves is no function of one number.
    #[error("a gated activation multiplies two pre-activations: the mean-field map covers functions of one")]
    Gated,
    /// A number of a net is out of its range.
    #[error("{parameter} is {}: {required} is required", said(*.value))]
    Number {
        /// Which number.
        parameter: &'static str,
        /// What was asked.
        value: f64,
        /// What is required.
        required: &'static str,
    },
    /// The variance grows without end or falls to zero.
    #[error("from {} the variance passes {reached:e} and has no fixed point: {remedy}", said(*.from), remedy = remedy(*.from, *.reached))]
    NoFixedPoint {
        /// Where it started.
        from: f64,
        /// How far it was followed: above the start if it grows, below it if it falls.
        reached: f64,
    },
    /// No bias variance makes a critical point at this variance.
    #[error(
        "no critical point at variance {}: its bias variance would be {}, below zero; try another variance",
        said(*.variance), said(*.bias_variance)
    )]
    NoCriticalPoint {
        /// The variance that was asked for.
        variance: f64,
        /// What the bias variance would have to be.
        bias_variance: f64,
    },
    /// PyTorch's table has no gain for an activation.
    #[error(
        "PyTorch's `calculate_gain` has no `{activation}`, only linear, sigmoid, tanh, relu, leaky_relu and selu: use \
         `gain({activation})`, which is computed"
    )]
    NoPytorchGain {
        /// What was asked.
        activation: Activation,
    },
    /// A text is no activation.
    #[error("`{}` is not an activation: {}", shown(.text), shown(.reason))]
    Text {
        /// The text.
        text: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
}

fn remedy(from: f64, reached: f64) -> &'static str {
    if reached > from {
        "use a smaller weight variance"
    } else {
        "use a larger weight variance, or a bias variance above zero"
    }
}
