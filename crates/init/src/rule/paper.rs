//! Rules of papers: initializers with modifiers, or by blocks.

use crate::error::Result;
use crate::initializers::Init;
use crate::number::{check, positive};
use crate::rule::definition::Rule;

/// Zeros, and `value` for the forget gate of candle's `lstm`, whose gates stand in the order input, forget,
/// cell, output (Gers, Schmidhuber and Cummins 2000; Jozefowicz et al., ICML 2015; Keras's
/// `unit_forget_bias` with 1).
///
/// candle adds two biases, so give it to one: `.rule("*.bias_ih_l*", init::forget_gate_bias(1.0))`.
#[must_use]
pub fn forget_gate_bias(value: f64) -> Rule {
    let zeros = Init::Const(0.0);
    Rule::blocks([zeros, Init::Const(value), zeros, zeros])
}

/// `ln 1, ln 2, … ln N` along the last axis: the real diagonal `A` of a Mamba layer, kept as a logarithm (Gu and
/// Dao 2023, arXiv:2312.00752, section 3.6; S4D-Real of Gu et al. 2022, arXiv:2206.11893).
#[must_use]
pub fn mamba_a_log() -> Rule {
    Init::Range { start: 1.0, step: 1.0 }.ln()
}

/// The bias whose softplus is log-uniform on `[min, max]` and at least `floor`: a Mamba layer's `dt_proj.bias`
/// (Gu and Dao 2023, arXiv:2312.00752, section 3.6, with 0.001, 0.1 and 1e-4).
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for numbers that are not positive, finite and in order.
///
/// ```
/// use candle_init::init;
/// let bias = init::mamba_dt_bias(0.001, 0.1, 1e-4)?;
/// assert!(bias.to_string().ends_with(".exp().at_least(0.0001).inverse_softplus()"));
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn mamba_dt_bias(min: f64, max: f64, floor: f64) -> Result<Rule> {
    let (min, max, floor) = (positive("min", min)?, positive("max", max)?, positive("floor", floor)?);
    check("min", min, min <= max, "a number up to max")?;
    let rates = Init::Uniform { lo: libm::log(min), up: libm::log(max) };
    Ok(rates.exp().at_least(floor).inverse_softplus())
}
