//! Where the values of a distribution end in a dtype.

use crate::distribution::{Distribution, Kind, Window, lower_tail};
use crate::dtype::{Dtype, at_least, at_most};
use crate::error::Error;
use crate::transform::Wide;

/// What the quantile in the dtype's own arithmetic may be beyond that of exact numbers, relatively and near zero.
const ROUNDING: f64 = 1e-6;

/// The smallest and largest value that a draw can take, up to rounding.
pub(crate) fn reach<T: Dtype>(distribution: &Distribution) -> (f64, f64) {
    let far = T::Wide::LARGEST_QUANTILE;
    match distribution.parameters() {
        Kind::Normal { mean, std } => (mean - far * std, mean + far * std),
        Kind::Truncated { mean, std, lo, up } => {
            let (low, high) = Window::new(mean, std, lo, up).reach(lower_tail(-far));
            let margin = |z: f64| ROUNDING * (1.0 + z.abs());
            let at = |z: f64| z.mul_add(std, mean).clamp(lo, up);
            (at(low - margin(low)), at(high + margin(high)))
        }
        Kind::Constant(_) | Kind::Uniform { .. } => distribution.support(),
    }
}

/// Refuses a distribution that reaches what `T` holds only as an infinity, and a single value that it holds only as zero.
pub(crate) fn representable<T: Dtype>(distribution: &Distribution) -> Result<(), Error> {
    let (least, most) = distribution.support();
    // Bounds that the dtype holds need no look at what lies between them.
    let is_inside = least < most && least.abs().max(most.abs()) <= T::MAX;
    let (lo, up) = if is_inside { (least, most) } else { reach::<T>(distribution) };
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

#[cfg(test)]
mod tests {
    use half::f16;

    use super::*;

    const OPEN: f64 = f64::INFINITY;

    /// The outermost words give the outermost values: the reach is not inside of them, and beyond them by little.
    #[test]
    fn windows_reach_as_far_as_their_outermost_words() -> Result<(), Error> {
        for (lo, up) in [(-OPEN, 0.0), (0.0, OPEN), (-1.5, OPEN), (6.0, OPEN), (5.0, 12.0), (-OPEN, -6.2)] {
            let window = Distribution::truncated_normal(0.0, 1.0, lo, up)?;
            let values = window.values_of::<f32>(&[0, u64::MAX >> 33 << 32, 1 << 63, u64::MAX])?;
            let least = values.iter().copied().fold(f32::INFINITY, f32::min);
            let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let (low, high) = reach::<f32>(&window);
            assert!(low <= f64::from(least) && f64::from(most) <= high, "{lo} {up}: {low} {high}");
            assert!(
                f64::from(least) - low < 0.1 && high - f64::from(most) < 0.1,
                "{lo} {up}: {low} {high}, and {least} {most}"
            );
        }
        Ok(())
    }

    /// Half a normal of 6.4 standard deviations fits where one of 14 would not, and a window in the tail reaches further
    /// than the whole normal does.
    #[test]
    fn an_open_window_is_refused_for_what_it_reaches() -> Result<(), Error> {
        let half = Distribution::truncated_normal(0.0, 9_000.0, 0.0, OPEN)?;
        assert_eq!(half.fits::<f16>(), Ok(()));
        let tail = Distribution::truncated_normal(0.0, 9_000.0, 45_000.0, 108_000.0)?;
        assert!(matches!(tail.fits::<f16>(), Err(Error::Overflow { .. })));
        Ok(())
    }
}
