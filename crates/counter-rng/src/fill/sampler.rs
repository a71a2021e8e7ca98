//! A distribution made ready for one dtype: its constants computed in f64, rounded once, and checked.

use crate::distribution::{Distribution, Kind, Window};
use crate::dtype::{Dtype, at_least, at_most};
use crate::error::Error;
use crate::transform::{Normal, Truncated, Uniform, Wide};

/// The transforms, with constants of type `W`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sampler<W> {
    Constant(W),
    Uniform(Uniform<W>),
    Normal(Normal<W>),
    Truncated(Truncated<W>),
}

impl<W: Wide> Sampler<W> {
    /// Prepares `distribution` for values of type `T`.
    pub(crate) fn new<T: Dtype<Wide = W>>(distribution: &Distribution) -> Result<Self, Error> {
        let (lo, up) = reach::<T>(distribution);
        representable::<T>(lo.abs().max(up.abs()))?;
        Ok(match distribution.0 {
            Kind::Constant(value) => Self::Constant(W::from_f64(value)),
            Kind::Uniform { lo, up } => {
                let (centre, half) = (lo / 2.0 + up / 2.0, up / 2.0 - lo / 2.0);
                let (lo, up) = inside::<T>(lo, up)?;
                let [centre, scale, lo, up] = [centre, half * W::UNIT, lo, up].map(W::from_f64);
                Self::Uniform(Uniform { centre, scale, lo, up })
            }
            Kind::Normal { mean, std } => {
                Self::Normal(Normal { mean: W::from_f64(mean), std: W::from_f64(std) })
            }
            Kind::Truncated { mean, std, lo, up } => {
                let window = Window::new(mean, std, lo, up);
                let (lo, up) = inside::<T>(lo, up)?;
                Self::Truncated(Truncated::new(mean, std, &window, lo, up))
            }
        })
    }
}

impl Distribution {
    /// That values of type `T` can hold this distribution: none overflows, not all underflow, and bounds have a `T`
    /// between them.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`] or [`Error::NothingBetween`], as filling would give.
    ///
    /// ```
    /// use counter_rng::Distribution;
    /// let wide = Distribution::normal(0.0, 20_000.0)?;
    /// assert!(wide.fits::<f32>().is_ok());
    /// assert!(wide.fits::<half::f16>().is_err());
    /// # Ok::<(), counter_rng::Error>(())
    /// ```
    pub fn fits<T: Dtype>(&self) -> Result<(), Error> {
        Sampler::new::<T>(self).map(|_| ())
    }
}

/// The smallest and largest value that a draw can take, up to rounding.
fn reach<T: Dtype>(distribution: &Distribution) -> (f64, f64) {
    let spread = |mean: f64, std: f64| {
        let far = T::Wide::LARGEST_QUANTILE * std;
        (mean - far, mean + far)
    };
    match distribution.0 {
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

/// Refuses a largest magnitude that `T` holds only as an infinity, or only as zero.
fn representable<T: Dtype>(largest: f64) -> Result<(), Error> {
    if largest > T::MAX {
        return Err(Error::Overflow { dtype: T::NAME, value: largest, max: T::MAX });
    }
    if largest > 0.0 && T::nearest(largest).widen() == 0.0 {
        return Err(Error::Underflow { dtype: T::NAME, value: largest });
    }
    Ok(())
}

/// The bounds moved inside to values of `T`. A single point stays one, rounded.
fn inside<T: Dtype>(lo: f64, up: f64) -> Result<(f64, f64), Error> {
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
