//! How far a signal may shrink or grow on its way through a net.

/// By how much a signal's size may change before one learning rate no longer serves all layers.
const FACTOR: f64 = 1e3;
/// Standard deviations of a single net that are healthy.
const SIGMAS: f64 = 6.0;

/// By how much larger than what it is given a net's answer may be, before a first step leads away from what is wanted.
pub(crate) const ANSWER: f64 = 10.0;

/// The factor beyond which a signal has exploded, and under whose inverse it has vanished, after layers of these widths.
pub(crate) fn limit(widths: &[usize]) -> f64 {
    FACTOR.max(spread(widths))
}

/// The factor beyond which a net's answer is too large.
pub(crate) fn answer_limit(widths: &[usize]) -> f64 {
    ANSWER.max(spread(widths))
}

/// How many times its expected size a signal may have in a healthy net: over nets, `q` has a relative variance of
/// `∏ (1 + 5/nᵢ) − 1` after layers of `nᵢ` units of ReLU ([`candle_init::activation::relu_spread`]), `ln q` spreads by the root
/// of the logarithm of the product, and the size is `√q`.
fn spread(widths: &[usize]) -> f64 {
    let log_variance: f64 = widths.iter().map(|width| (5.0 / (*width).max(1) as f64).ln_1p()).sum();
    (SIGMAS * log_variance.sqrt() / 2.0).exp()
}
