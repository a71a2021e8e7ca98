//! The size and shape of a set of numbers.

use serde::Serialize;

/// Moments and extremes of a set of numbers.
///
/// Mean, standard deviation, kurtosis and extremes are those of the finite values; where there is none they
/// are NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Moments {
    /// How many numbers, finite or not.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation: the root of the mean square distance from the mean.
    pub std: f64,
    /// Their fourth central moment over `std⁴`: 3 for a normal distribution, 1.8 for a uniform one. NaN where `std` is
    /// 0.
    pub kurtosis: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// How many are zero, of either sign.
    pub zeros: u64,
    /// How many are NaN.
    pub nan: u64,
    /// How many are infinite.
    pub infinite: u64,
}

impl Moments {
    /// How many are neither NaN nor infinite.
    #[must_use]
    pub fn finite(&self) -> u64 {
        self.count - self.nan - self.infinite
    }

    /// Whether every number is finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.finite() == self.count
    }

    /// The mean square `mean² + std²`.
    #[must_use]
    pub fn second_moment(&self) -> f64 {
        self.mean.mul_add(self.mean, self.std * self.std)
    }

    /// The root of the mean square: the size of a signal.
    #[must_use]
    pub fn rms(&self) -> f64 {
        self.second_moment().sqrt()
    }

    /// The share that is zero; NaN of none.
    #[must_use]
    pub fn zero_share(&self) -> f64 {
        self.zeros as f64 / self.count as f64
    }

    /// The standard error of `std`, relative to it: `√((kurtosis − 1)/4n)`.
    #[must_use]
    pub fn std_error(&self) -> f64 {
        ((self.kurtosis - 1.0) / (4.0 * self.finite() as f64)).sqrt()
    }
}
