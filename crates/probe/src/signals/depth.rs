//! How far a signal may shrink or grow on its way through a net.

use candle_init::activation::relu_spread;

/// Where the limits of a signal's size come from.
pub(crate) const SOURCE: &str = "a thousandfold, or six standard deviations of a net of this width and depth where that is more (Hanin and Rolnick 2018)";

/// By how much a signal's size may change before one rate of learning no longer serves all layers.
const FACTOR: f64 = 1e3;
/// Standard deviations of a single net that are healthy.
const SIGMAS: f64 = 6.0;

/// The factor beyond which a signal has exploded, and under whose inverse it has vanished, after `layers` of `width`
/// units: the spread of `ln q` over nets is `√ln(1 + relative variance of q)`, and the size is `√q`.
pub(crate) fn limit(width: usize, layers: usize) -> f64 {
    let log_variance = relu_spread(width.max(1), layers).ln_1p();
    FACTOR.max((SIGMAS * log_variance.sqrt() / 2.0).exp())
}
