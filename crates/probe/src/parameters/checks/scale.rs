//! Mean and standard deviation against what an initializer promises.

use candle_init::Fan;

use crate::findings::fault::{Basis, Fault};
use crate::parameters::checks::interval::{ERRORS, factors};
use crate::parameters::checks::measure::Measured;
use crate::parameters::reading::dtype;
use crate::parameters::report::parameter::Target;

/// What is wrong with a parameter's scale, if anything is.
///
/// The standard deviation is judged from 50 degrees of freedom on, which 50 normal values have; that of a
/// constant always. What rounding to the dtype may do is allowed for.
pub(crate) fn against(target: &Target, measured: &Measured<'_>) -> Option<Fault> {
    let moments = &measured.parameter.moments;
    let (relative, smallest) = dtype::steps(measured.tensor.dtype)?;
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
        return Some(off(target, measured, interval, (lo, hi)));
    }
    let error = ERRORS * target.std / count.sqrt() + slack;
    ((moments.mean - target.mean).abs() > error).then(|| Fault::MisCentred {
        measured: moments.mean,
        expected: target.mean,
        interval: (target.mean - error, target.mean + error),
        basis: Basis::Rule(target.rule.clone()),
    })
}

/// A standard deviation outside of its interval: that of the other fan, or of none.
fn off(target: &Target, parameter: &Measured<'_>, interval: (f64, f64), (lo, hi): (f64, f64)) -> Fault {
    let (measured, expected) = (parameter.parameter.moments.std, target.std);
    let basis = Basis::Rule(target.rule.clone());
    let swapped = parameter.fans.zip(parameter.fan).and_then(|(fans, fan)| match fan {
        Fan::In => Some((fans, expected * (fans.0 / fans.1).sqrt())),
        Fan::Out => Some((fans, expected * (fans.1 / fans.0).sqrt())),
        _ => None,
    });
    match swapped {
        Some((fans, swapped)) if (swapped * lo..=swapped * hi).contains(&measured) => {
            Fault::SwappedFans { measured, expected, fans, basis }
        }
        _ => Fault::MisScaled { measured, expected, interval, basis },
    }
}
