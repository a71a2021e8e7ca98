//! How far a signal may shrink or grow on its way through a net.

use candle_init::activation::relu_spread;

/// By how much a signal's size may change before one learning rate no longer serves all layers.
const FACTOR: f64 = 1e3;
/// Standard deviations of a single net that are healthy.
const SIGMAS: f64 = 6.0;

/// By how much larger than what it is given a net's answer may be, before a first step leads away from what is wanted.
const ANSWER: f64 = 10.0;

/// The factor beyond which a signal has exploded, and under whose inverse it has vanished, after `layers` of `width`
/// units: the spread of `ln q` over nets is `√ln(1 + relative variance of q)`, and the size is `√q`.
pub(crate) fn limit(width: usize, layers: usize) -> f64 {
    FACTOR.max(spread(width, layers))
}

/// The factor beyond which a net's answer is too large.
pub(crate) fn answer_limit(width: usize, layers: usize) -> f64 {
    ANSWER.max(spread(width, layers))
}

/// How many times its expected size a signal may have in a healthy net.
fn spread(width: usize, layers: usize) -> f64 {
    (SIGMAS * relu_spread(width.max(1), layers).ln_1p().sqrt() / 2.0).exp()
}
