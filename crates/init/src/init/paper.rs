//! Laws that papers name and compose of others.

use crate::error::Error;
use crate::error::Result;
use crate::init::Init;
use crate::init::variance_scaling::{Family, Fan, VarianceScaling};
use crate::rule::Rule;

/// Uniform on `±√(6/fan_in)/ω`: the layers of a SIREN after the first, with `ω` usually 30 (Sitzmann et al.,
/// NeurIPS 2020, arXiv:2006.09661, theorem 1.8). The first is [`SIREN_FIRST`](crate::init::SIREN_FIRST).
///
/// # Errors
/// [`Error::Number`] for an `ω` that is not positive and finite.
///
/// ```
/// use candle_core::Shape;
/// use candle_init::{Layer, init};
/// let law = init::siren(30.0)?.distribution(&Shape::from((256, 256)), Layer::Linear)?;
/// assert!((law.support().1 - 0.00510310363).abs() < 1e-11);
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn siren(omega: f64) -> Result<Init> {
    let omega = positive("omega", omega)?;
    let scale = 2.0 / (omega * omega);
    Ok(Init::VarianceScaling(VarianceScaling { scale, fan: Fan::In, family: Family::Uniform }))
}

/// The constant `−ln((1−p)/p)`: a sigmoid head that starts by saying `p` (Lin et al., "Focal Loss", ICCV 2017,
/// section 4.1, with `p = 0.01`; mmengine's `bias_init_with_prob`).
///
/// # Errors
/// [`Error::Number`] for a `p` outside `(0, 1)`.
///
/// ```
/// use candle_init::{Init, init};
/// assert_eq!(init::prior_bias(0.5)?, Init::Const(0.0));
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn prior_bias(p: f64) -> Result<Init> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Error::Number {
            parameter: "probability",
            value: p,
            required: "a number between 0 and 1, without them,",
        });
    }
    Ok(Init::Const(libm::log(p) - libm::log1p(-p)))
}

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
/// [`Error::Number`] for numbers that are not positive, finite and in order.
///
/// ```
/// use candle_init::init;
/// let law = init::mamba_dt_bias(0.001, 0.1, 1e-4)?;
/// assert!(law.to_string().ends_with(".exp().at_least(0.0001).inverse_softplus()"));
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn mamba_dt_bias(min: f64, max: f64, floor: f64) -> Result<Rule> {
    let (min, max, floor) = (positive("min", min)?, positive("max", max)?, positive("floor", floor)?);
    if min > max {
        return Err(Error::Number { parameter: "min", value: min, required: "a number up to max" });
    }
    let rates = Init::Uniform { lo: libm::log(min), up: libm::log(max) };
    Ok(rates.exp().at_least(floor).inverse_softplus())
}

pub(crate) fn positive(parameter: &'static str, value: f64) -> Result<f64> {
    let refuse = Error::Number { parameter, value, required: "a positive, finite number" };
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(refuse) }
}
