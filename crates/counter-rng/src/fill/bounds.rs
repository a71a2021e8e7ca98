//! Where the values of a distribution end in a dtype.

use crate::distribution::{Distribution, Kind};
use crate::dtype::{Dtype, at_least, at_most};
use crate::error::Error;
use crate::transform::Wide;

/// The smallest and largest value that a draw can take, up to rounding.
pub(crate) fn reach<T: Dtype>(distribution: &Distribution) -> (f64, f64) {
    let spread = |mean: f64, std: f64| {
        let far = T::Wide::LARGEST_QUANTILE * std;
        (mean - far, mean + far)
    };
    match distribution.parameters() {
        Kind::Normal { mean, std } => spread(mean, std),
        Kind::Truncated { mean, std, lo, up } if lo.is_finite() && up.is_finite() => {
            // A window may reach further than the normal it cuts, or start beyond it.
            let (low, high) = spread(mean, std);
            (lo.max(low).min(up), up.min(high).max(lo))
        }
        // A one-sided window can hold as little as 2^-32, and a word splits that once more.
        Kind::Truncated { mean, std, lo, up } => ((mean - 14.0 * std).max(lo), (mean + 14.0 * std).min(up)),
        Kind::Constant(_) | Kind::Uniform { .. } => distribution.support(),
    }
}

/// Refuses a distribution that reaches what `T` holds only as an infinity, and a single value that it holds only as zero.
pub(crate) fn representable<T: Dtype>(distribution: &Distribution) -> Result<(), Error> {
    let (lo, up) = reach::<T>(distribution);
    let largest = lo.abs().max(up.abs());
    if largest > T::MAX {
        return Err(Error::Overflow { dtype: T::NAME, value: largest, max: T::MAX });
    }
    if lo == up && lo != 0.0 && T::nearest(lo).widen() == 0.0 {
        return Err(Error::Underflow { dtype: T::NAME, value: lo });
    }
    Ok(())
}

/// The bounds moved inside to values of `T`. A single point stays one, rounded.
pub(crate) fn inside<T: Dtype>((lo, up): (f64, f64)) -> Result<(f64, f64), Error> {
    if lo == up {
        let point = T::nearest(lo).widen();
        return Ok((point, point));
    }
    let low = if lo < -T::MAX { f64::NEG_INFINITY } else { at_least::<T>(lo).widen() };
    let high = if up > T::MAX { f64::INFINITY } else { at_most::<T>(up).widen() };
    if low > high {
        return Err(Error::NothingBetween { dtype: T::NAME, lo, up });
    }
    Ok((low, high))
}
