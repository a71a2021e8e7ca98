//! Initializers of papers, with their numbers.

use crate::error::Result;
use crate::initializers::init::Init;
use crate::initializers::variance_scaling::{Family, Fan, VarianceScaling};
use crate::number::{check, positive};

/// Uniform on `±√(6/fan_in)/ω`: the layers of a SIREN after the first, with `ω` usually 30 (Sitzmann et al.,
/// NeurIPS 2020, arXiv:2006.09661, theorem 1.8). The first is [`SIREN_FIRST`](crate::init::SIREN_FIRST).
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for an `ω` that is not positive and finite.
///
/// ```
/// use candle_core::Shape;
/// use candle_init::{Layer, init};
/// let hidden = init::siren(30.0)?.distribution(&Shape::from((256, 256)), Layer::Linear)?;
/// assert!((hidden.support().1 - 0.00510310363).abs() < 1e-11);
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
/// [`Error::Number`](crate::Error::Number) for a `p` outside `(0, 1)`.
///
/// ```
/// use candle_init::{Init, init};
/// assert_eq!(init::prior_bias(0.5)?, Init::Const(0.0));
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn prior_bias(p: f64) -> Result<Init> {
    let p = check("probability", p, p > 0.0 && p < 1.0, "a number above 0 and below 1")?;
    Ok(Init::Const(libm::log(p) - libm::log1p(-p)))
}
