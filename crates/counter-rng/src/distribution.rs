//! The distributions of a stream: numbers only, checked when they are made.

use crate::element::Element;
use crate::error::Error;
use crate::fill::repeated;
use crate::kernel::memory::zeroed;
use crate::sampler::Sampler;

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
pub struct Distribution(pub(crate) Kind);

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

    /// The expectation.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self.0 {
            Kind::Constant(value) => value,
            Kind::Uniform { lo, up } => lo / 2.0 + up / 2.0,
            Kind::Normal { mean, .. } => mean,
            Kind::Truncated { mean, std, lo, up } => mean + std * Window::new(mean, std, lo, up).moments().0,
        }
    }

    /// The standard deviation, after a cut where there is one.
    #[must_use]
    pub fn std(&self) -> f64 {
        match self.0 {
            Kind::Constant(_) => 0.0,
            Kind::Uniform { lo, up } => (up / 2.0 - lo / 2.0) / 3_f64.sqrt(),
            Kind::Normal { std, .. } => std,
            Kind::Truncated { mean, std, lo, up } => std * Window::new(mean, std, lo, up).moments().1.sqrt(),
        }
    }

    /// The probability of a value at or below `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        match self.0 {
            Kind::Constant(value) => f64::from(u8::from(x >= value)),
            Kind::Uniform { lo, up } if lo < up => ((x - lo) / (up - lo)).clamp(0.0, 1.0),
            Kind::Uniform { lo, .. } => f64::from(u8::from(x >= lo)),
            Kind::Normal { mean, std } if std > 0.0 => lower_tail((x - mean) / std),
            Kind::Normal { mean, .. } => f64::from(u8::from(x >= mean)),
            Kind::Truncated { mean, std, lo, up } => {
                let inside = Window::new(mean, std, lo, x.clamp(lo, up)).probability;
                inside / Window::new(mean, std, lo, up).probability
            }
        }
    }

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
    pub fn fits<T: Element>(&self) -> Result<(), Error> {
        Sampler::new::<T>(self).map(|_| ())
    }

    /// `count` values of a constant distribution, which needs no stream; `None` for any other distribution.
    ///
    /// ```
    /// use counter_rng::Distribution;
    /// let half = Distribution::constant(0.5)?.constant_vec::<f32>(3).transpose()?;
    /// assert_eq!(half, Some(vec![0.5; 3]));
    /// assert!(Distribution::normal(0.0, 1.0)?.constant_vec::<f32>(3).is_none());
    /// # Ok::<(), counter_rng::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fits`](Self::fits), and [`Error::OutOfMemory`].
    #[must_use]
    pub fn constant_vec<T: Element>(&self, count: u64) -> Option<Result<Vec<T>, Error>> {
        let Kind::Constant(value) = self.0 else { return None };
        Some(self.fits::<T>().and_then(|()| match value.to_bits() {
            // Zeroed memory costs nothing until it is touched.
            0 => zeroed(count),
            _ => repeated(T::nearest(value), count),
        }))
    }

    /// The bounds that no value passes: infinite for a normal.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        match self.0 {
            Kind::Constant(value) => (value, value),
            Kind::Uniform { lo, up } | Kind::Truncated { lo, up, .. } => (lo, up),
            Kind::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }
}

fn finite(parameter: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() { Ok(()) } else { Err(Error::NotFinite { parameter, value }) }
}

/// `Φ(z)`, by the complementary error function, so that small tails keep their digits.
fn lower_tail(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// `φ(z)`, zero at the infinities.
fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// A truncation window on the standard normal, with the tails that it leaves out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    alpha: f64,
    beta: f64,
    /// `Φ(α)`: what is cut off below.
    pub(crate) below: f64,
    /// `1 − Φ(β)`: what is cut off above.
    pub(crate) above: f64,
    /// `Φ(β) − Φ(α)`.
    pub(crate) probability: f64,
}

impl Window {
    pub(crate) fn new(mean: f64, std: f64, lo: f64, up: f64) -> Self {
        let (alpha, beta) = ((lo - mean) / std, (up - mean) / std);
        let (below, above) = (lower_tail(alpha), lower_tail(-beta));
        // Subtract the small tails, never two numbers next to one.
        let probability = match (alpha > 0.0, beta < 0.0) {
            (true, _) => lower_tail(-alpha) - above,
            (_, true) => lower_tail(beta) - below,
            _ => 1.0 - below - above,
        };
        Self { alpha, beta, below, above, probability }
    }

    /// Mean and variance of the standard normal inside the window.
    ///
    /// A narrow window is integrated, because the closed form cancels there.
    fn moments(&self) -> (f64, f64) {
        if self.beta - self.alpha < 1.0 { self.integrated() } else { self.closed_form() }
    }

    /// `mean = (φ(α)−φ(β))/P`, `variance = 1 + (αφ(α)−βφ(β))/P − mean²`
    /// (Johnson, Kotz, Balakrishnan, "Continuous Univariate Distributions", vol. 1, 13.10.1).
    fn closed_form(&self) -> (f64, f64) {
        let at = |z: f64| if z.is_finite() { (density(z), z * density(z)) } else { (0.0, 0.0) };
        let ((f_a, zf_a), (f_b, zf_b)) = (at(self.alpha), at(self.beta));
        let mean = (f_a - f_b) / self.probability;
        (mean, 1.0 + (zf_a - zf_b) / self.probability - mean * mean)
    }

    /// Simpson's rule on 256 panels of a window at most one wide: error below 1e-12.
    fn integrated(&self) -> (f64, f64) {
        const PANELS: u32 = 256;
        let (centre, width) = (0.5 * (self.alpha + self.beta), self.beta - self.alpha);
        let mut sums = [0.0; 3];
        for i in 0..=PANELS {
            let t = width * (f64::from(i) / f64::from(PANELS) - 0.5);
            let simpson = if i == 0 || i == PANELS { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            // Relative to the centre: the common factor drops out of the quotient.
            let weight = simpson * (-t * (centre + 0.5 * t)).exp();
            sums = [sums[0] + weight, sums[1] + weight * t, sums[2] + weight * t * t];
        }
        let mean = sums[1] / sums[0];
        (centre + mean, sums[2] / sums[0] - mean * mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keras, JAX and timm divide by this; SciPy's `truncnorm(-2, 2).std()` prints it.
    #[test]
    fn std_of_a_normal_cut_at_two_sigmas() -> Result<(), Error> {
        let std = Distribution::truncated_normal(0.0, 1.0, -2.0, 2.0)?.std();
        assert!((std - 0.879_625_661_034_239_8).abs() < 1e-15, "{std}");
        Ok(())
    }

    #[test]
    fn narrow_and_closed_forms_meet() {
        for alpha in [-5.0, -1.3, -0.5, 0.0, 0.7, 3.0] {
            let window = Window::new(0.0, 1.0, alpha, alpha + 1.0);
            let ((m, v), (mean, variance)) = (window.closed_form(), window.integrated());
            assert!((m - mean).abs() < 1e-9, "{alpha}: {m} {mean}");
            assert!((v - variance).abs() < 1e-8, "{alpha}: {v} {variance}");
        }
    }

    #[test]
    fn a_very_narrow_window_is_a_uniform() -> Result<(), Error> {
        let distribution = Distribution::truncated_normal(0.0, 1.0, 2.0, 2.0 + 1e-6)?;
        assert!((distribution.std() / (1e-6 / 12_f64.sqrt()) - 1.0).abs() < 1e-6);
        Ok(())
    }

    #[test]
    fn an_open_window_is_the_normal() -> Result<(), Error> {
        let distribution = Distribution::truncated_normal(1.0, 2.0, f64::NEG_INFINITY, f64::INFINITY)?;
        assert_eq!((distribution.mean(), distribution.std()), (1.0, 2.0));
        assert_eq!(distribution.cdf(1.0), 0.5);
        Ok(())
    }

    #[test]
    fn what_no_law_is_gets_said() {
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
}
