//! A distribution made ready for one dtype: its constants computed in f64, rounded once, and checked.

use crate::distribution::{Distribution, Kind, Window};
use crate::dtype::Dtype;
use crate::error::Error;
use crate::fill::bounds::{inside, representable};
use crate::fill::spread::keeps_spread;
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
        representable::<T>(distribution)?;
        keeps_spread::<T>(distribution)?;
        Ok(match distribution.parameters() {
            Kind::Constant(value) => Self::Constant(W::from_f64(value)),
            Kind::Uniform { lo, up } => {
                let (centre, half) = (lo / 2.0 + up / 2.0, up / 2.0 - lo / 2.0);
                let (lo, up) = inside::<T>((lo, up))?;
                let [centre, scale, lo, up] = [centre, half * W::UNIT, lo, up].map(W::from_f64);
                Self::Uniform(Uniform { centre, scale, lo, up })
            }
            Kind::Normal { mean, std } => {
                Self::Normal(Normal { mean: W::from_f64(mean), std: W::from_f64(std) })
            }
            Kind::Truncated { mean, std, lo, up } => {
                let window = Window::new(mean, std, lo, up);
                let (lo, up) = inside::<T>((lo, up))?;
                Self::Truncated(Truncated::new(mean, std, &window, lo, up))
            }
        })
    }
}

impl Distribution {
    /// That values of type `T` can hold this distribution: none overflows, bounds have a `T` between them, and the
    /// rounding moves the standard deviation by no more than 5 %.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`], [`Error::SpreadLost`] or [`Error::NothingBetween`], as filling would give.
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
