//! The distributions of a stream: numbers only, checked when they are made.

use crate::distribution::window::Window;
use crate::error::Error;

/// A distribution with its numbers.
///
/// A `Distribution` is checked when it is made; after that its moments cannot fail, and filling can fail
/// only for what the dtype cannot hold.
///
/// ```
/// use counter_rng::Distribution;
/// let he = Distribution::normal(0.0, (2.0_f64 / 784.0).sqrt())?;
/// assert_eq!(he.mean(), 0.0);
/// assert!((he.std() - 0.0505).abs() < 1e-4);
/// assert!(Distribution::normal(0.0, -1.0).is_err());
/// # Ok::<(), counter_rng::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distribution(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Constant(f64),
    Uniform { lo: f64, up: f64 },
    Normal { mean: f64, std: f64 },
    Truncated { mean: f64, std: f64, lo: f64, up: f64 },
}

/// Least probability that a truncation window may hold: one word has 32 bits.
const LEAST_PROBABILITY: f64 = 1.0 / 4_294_967_296.0;

impl Distribution {
    /// Every value is `value`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for NaN or an infinity.
    pub fn constant(value: f64) -> Result<Self, Error> {
        finite("value", value)?;
        Ok(Self(Kind::Constant(value)))
    }

    /// Uniform on the closed interval `[lo, up]`: mean `(lo+up)/2`, std `(up−lo)/√12`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a bound that is NaN or infinite, [`Error::EmptyInterval`] for `lo > up`.
    pub fn uniform(lo: f64, up: f64) -> Result<Self, Error> {
        finite("lo", lo)?;
        finite("up", up)?;
        if lo > up {
            return Err(Error::EmptyInterval { lo, up });
        }
        Ok(Self(Kind::Uniform { lo, up }))
    }

    /// Normal with mean `mean` and standard deviation `std`, not truncated.
    ///
    /// One word gives one value, so `|value − mean|` ends at 6.34 `std` (9.16 for `f64`).
    ///
    /// # Errors
    /// [`Error::NotFinite`] or [`Error::NegativeStd`].
    pub fn normal(mean: f64, std: f64) -> Result<Self, Error> {
        finite("mean", mean)?;
        finite("std", std)?;
        if std < 0.0 {
            return Err(Error::NegativeStd { std });
        }
        Ok(Self(Kind::Normal { mean, std }))
    }

    /// A normal with `mean` and `std` **before the cut**, conditioned on `[lo, up]`.
    ///
    /// The bounds are absolute; either may be infinite. The values always lie inside them, also
    /// after rounding to a narrow dtype. SciPy's `truncnorm` with `a = (lo−mean)/std`; unlike
    /// PyTorch's `trunc_normal_` nothing is ever drawn again.
    ///
    /// # Errors
    /// [`Error::NotFinite`], [`Error::NegativeStd`], [`Error::ZeroStd`],
    /// [`Error::EmptyInterval`] for `lo ≥ up` or NaN, [`Error::ImprobableWindow`] for a window that
    /// holds less than 2⁻³² of the probability.
    pub fn truncated_normal(mean: f64, std: f64, lo: f64, up: f64) -> Result<Self, Error> {
        Self::normal(mean, std)?;
        if std == 0.0 {
            return Err(Error::ZeroStd);
        }
        if lo.is_nan() || up.is_nan() || lo >= up {
            return Err(Error::EmptyInterval { lo, up });
        }
        let probability = Window::new(mean, std, lo, up).probability;
        if probability < LEAST_PROBABILITY {
            return Err(Error::ImprobableWindow { mean, std, lo, up, probability });
        }
        Ok(Self(Kind::Truncated { mean, std, lo, up }))
    }

    /// What it was made of.
    pub(crate) fn parameters(&self) -> Kind {
        self.0
    }

    /// The same with its values drawn towards the mean, or away from it: the distance is multiplied by `share`.
    pub(crate) fn scaled(&self, share: f64) -> Self {
        Self(match self.0 {
            Kind::Uniform { lo, up } => {
                let (centre, half) = (lo / 2.0 + up / 2.0, (up / 2.0 - lo / 2.0) * share);
                Kind::Uniform { lo: centre - half, up: centre + half }
            }
            Kind::Normal { mean, std } => Kind::Normal { mean, std: std * share },
            Kind::Truncated { mean, std, lo, up } => {
                let [lo, up] = [lo, up].map(|bound| mean + (bound - mean) * share);
                Kind::Truncated { mean, std: std * share, lo, up }
            }
            constant @ Kind::Constant(_) => constant,
        })
    }

    /// The same distribution of values that are larger by `by`.
    pub(crate) fn shifted(&self, by: f64) -> Self {
        Self(match self.0 {
            Kind::Constant(value) => Kind::Constant(value + by),
            Kind::Uniform { lo, up } => Kind::Uniform { lo: lo + by, up: up + by },
            Kind::Normal { mean, std } => Kind::Normal { mean: mean + by, std },
            Kind::Truncated { mean, std, lo, up } => {
                Kind::Truncated { mean: mean + by, std, lo: lo + by, up: up + by }
            }
        })
    }
}

fn finite(parameter: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() { Ok(()) } else { Err(Error::NotFinite { parameter, value }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_parameters_are_refused() {
        let nan = f64::NAN;
        assert!(Distribution::constant(nan).is_err());
        assert!(Distribution::uniform(1.0, 0.0).is_err());
        assert!(Distribution::uniform(f64::NEG_INFINITY, 0.0).is_err());
        assert!(Distribution::normal(0.0, nan).is_err());
        assert_eq!(Distribution::normal(0.0, -1.0), Err(Error::NegativeStd { std: -1.0 }));
        assert!(Distribution::truncated_normal(0.0, 0.0, -1.0, 1.0).is_err());
        assert!(Distribution::truncated_normal(0.0, 1.0, 1.0, 1.0).is_err());
        assert!(Distribution::truncated_normal(0.0, 1.0, nan, 1.0).is_err());
        let far = Distribution::truncated_normal(0.0, 0.02, 1.0, 2.0);
        assert!(matches!(far, Err(Error::ImprobableWindow { .. })), "{far:?}");
    }

    #[test]
    fn values_are_drawn_together_and_moved() -> Result<(), Error> {
        let moved = |distribution: Distribution| distribution.scaled(0.25).shifted(3.0);
        assert_eq!(moved(Distribution::constant(2.0)?), Distribution::constant(5.0)?);
        assert_eq!(moved(Distribution::uniform(-1.0, 7.0)?), Distribution::uniform(5.0, 7.0)?);
        assert_eq!(moved(Distribution::normal(2.0, 8.0)?), Distribution::normal(5.0, 2.0)?);
        let truncated = Distribution::truncated_normal(2.0, 8.0, -2.0, 6.0)?;
        assert_eq!(moved(truncated), Distribution::truncated_normal(5.0, 2.0, 4.0, 6.0)?);
        Ok(())
    }
}
