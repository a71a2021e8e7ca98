//! Mean and standard deviation against what an initializer promises.

use candle_init::Fan;
use safetensors::Dtype;

use crate::findings::fault::{Basis, Fault};
use crate::parameters::element;
use crate::parameters::interval::{ERRORS, factors};
use crate::{Moments, Target};

/// What is wrong with a parameter's scale, if anything is.
///
/// The standard deviation is judged from 50 degrees of freedom on, which 50 normal values have; that of a
/// constant law always. What rounding to the dtype may do is allowed for.
pub(crate) fn against(
    target: &Target,
    moments: &Moments,
    dtype: Dtype,
    fans: Option<(f64, f64)>,
) -> Option<Fault> {
    let (relative, smallest) = element::steps(dtype)?;
    if !moments.is_finite() || moments.count == 0 {
        return None;
    }
    let size = moments.min.abs().max(moments.max.abs());
    let slack = (relative * size + smallest) / 2.0;
    let count = moments.count as f64;
    let constant = target.std == 0.0;
    let (lo, hi) = if constant { (1.0, 1.0) } else { factors(count, moments.kurtosis)? };
    let interval = ((target.std * lo - slack).max(0.0), target.std * hi + slack);
    if !(interval.0..=interval.1).contains(&moments.std) {
        return Some(off(target, moments.std, interval, (lo, hi), fans));
    }
    let error = ERRORS * target.std / count.sqrt() + slack;
    ((moments.mean - target.mean).abs() > error).then(|| Fault::MisCentred {
        measured: moments.mean,
        expected: target.mean,
        interval: (target.mean - error, target.mean + error),
        basis: Basis::Distribution(target.law.clone()),
    })
}

fn off(
    target: &Target,
    measured: f64,
    interval: (f64, f64),
    (lo, hi): (f64, f64),
    fans: Option<(f64, f64)>,
) -> Fault {
    let (expected, basis) = (target.std, Basis::Distribution(target.law.clone()));
    let swapped = fans.zip(target.fan).and_then(|((fan_in, fan_out), fan)| match fan {
        Fan::In => Some(expected * (fan_in / fan_out).sqrt()),
        Fan::Out => Some(expected * (fan_out / fan_in).sqrt()),
        _ => None,
    });
    match fans.zip(swapped) {
        Some((fans, swapped)) if (swapped * lo..=swapped * hi).contains(&measured) => {
            Fault::SwappedFans { measured, expected, fans, basis }
        }
        _ => Fault::MisScaled { measured, expected, interval, basis },
    }
}
