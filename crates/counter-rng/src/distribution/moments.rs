//! What a distribution gives on average, and where its values lie.

use crate::distribution::parameters::{Distribution, Kind};
use crate::distribution::window::{Window, lower_tail};

impl Distribution {
    /// The expectation.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self.parameters() {
            Kind::Constant(value) => value,
            Kind::Uniform { lo, up } => lo / 2.0 + up / 2.0,
            Kind::Normal { mean, .. } => mean,
            Kind::Truncated { mean, std, lo, up } => mean + std * Window::new(mean, std, lo, up).moments().0,
        }
    }

    /// The standard deviation, after a cut where there is one.
    #[must_use]
    pub fn std(&self) -> f64 {
        match self.parameters() {
            Kind::Constant(_) => 0.0,
            Kind::Uniform { lo, up } => (up / 2.0 - lo / 2.0) / 3_f64.sqrt(),
            Kind::Normal { std, .. } => std,
            Kind::Truncated { mean, std, lo, up } => std * Window::new(mean, std, lo, up).moments().1.sqrt(),
        }
    }

    /// The probability of a value at or below `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        match self.parameters() {
            Kind::Constant(value) => f64::from(u8::from(x >= value)),
            Kind::Uniform { lo, up } if lo < up => share(x, lo, up).clamp(0.0, 1.0),
            Kind::Uniform { lo, .. } => f64::from(u8::from(x >= lo)),
            Kind::Normal { mean, std } if std > 0.0 => lower_tail((x - mean) / std),
            Kind::Normal { mean, .. } => f64::from(u8::from(x >= mean)),
            Kind::Truncated { mean, std, lo, up } => {
                let inside = Window::new(mean, std, lo, x.clamp(lo, up)).probability;
                inside / Window::new(mean, std, lo, up).probability
            }
        }
    }

    /// The bounds that no value passes: infinite for a normal.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        match self.parameters() {
            Kind::Constant(value) => (value, value),
            Kind::Uniform { lo, up } | Kind::Truncated { lo, up, .. } => (lo, up),
            Kind::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }
}

/// How far `x` is on the way from `lo` to `up`. Halved where that is further than the largest number: exact, since such
/// bounds are far from the smallest.
fn share(x: f64, lo: f64, up: f64) -> f64 {
    if (up - lo).is_finite() { (x - lo) / (up - lo) } else { (x / 2.0 - lo / 2.0) / (up / 2.0 - lo / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn a_uniform_over_all_numbers_has_a_cdf() -> Result<(), Error> {
        let wide = Distribution::uniform(-1.7e308, 1.7e308)?;
        let at = [f64::NEG_INFINITY, -1.7e308, -0.85e308, 0.0, 0.85e308, 1.7e308, f64::INFINITY];
        let due = [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0];
        assert!(at.map(|x| wide.cdf(x)).iter().zip(due).all(|(cdf, due)| (cdf - due).abs() < 1e-15));
        assert_eq!(Distribution::uniform(0.0, 5e-324)?.cdf(5e-324), 1.0);
        Ok(())
    }

    #[test]
    fn one_value_has_a_step_for_a_cdf() -> Result<(), Error> {
        for one in
            [Distribution::uniform(2.0, 2.0)?, Distribution::normal(2.0, 0.0)?, Distribution::constant(2.0)?]
        {
            assert_eq!([1.9, 2.0, 2.1].map(|x| one.cdf(x)), [0.0, 1.0, 1.0], "{one:?}");
        }
        Ok(())
    }

    /// Keras, JAX and timm divide by this; SciPy's `truncnorm(-2, 2).std()` prints it.
    #[test]
    fn std_of_a_normal_cut_at_two_sigmas() -> Result<(), Error> {
        let std = Distribution::truncated_normal(0.0, 1.0, -2.0, 2.0)?.std();
        assert!((std - 0.879_625_661_034_239_8).abs() < 1e-15, "{std}");
        Ok(())
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
}
