//! How far a signal may shrink or grow on its way through a net.

use candle_init::activation::relu_spread;

/// By how much a signal's size may change before one learning rate no longer serves all layers.
const FACTOR: f64 = 1e3;
/// Standard deviations of a single net that are healthy.
const SIGMAS: f64 = 6.0;

/// The factor beyond which a signal has exploded, and under whose inverse it has vanished, after `layers` of `width`
/// units: the spread of `ln q` over nets is `√ln(1 + relative variance of q)`, and the size is `√q`.
pub(crate) fn limit(width: usize, layers: usize) -> f64 {
    let log_variance = relu_spread(width.max(1), layers).ln_1p();
    FACTOR.max((SIGMAS * log_variance.sqrt() / 2.0).exp())
}
