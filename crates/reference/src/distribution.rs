//! Distributions: their moments in closed form, and their distribution functions.

use crate::{gauss, value};

/// A distribution with its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Every element is this number.
    Const(f64),
    /// `(lo, up)`: uniform on the interval.
    Uniform(f64, f64),
    /// `(mean, std)`.
    Normal(f64, f64),
    /// `(mean, std, a, b)`: the normal of that mean and standard deviation, cut to `[a, b]`.
    TruncatedNormal(f64, f64, f64, f64),
}

impl Distribution {
    /// The exact value that word `w` stands for.
    #[must_use]
    pub fn value(self, w: u32) -> f64 {
        match self {
            Self::Const(value) => value,
            Self::Uniform(lo, up) => value::uniform(w, lo, up),
            Self::Normal(mean, std) => value::normal(w, mean, std),
            Self::TruncatedNormal(mean, std, a, b) => value::truncated(w, mean, std, a, b),
        }
    }

    /// The distribution function, with what is the same for every value computed once.
    pub fn cdf(self) -> impl Fn(f64) -> f64 {
        let (mean, std, lo, up) = match self {
            Self::Const(at) => (at, 1.0, at, at),
            Self::Uniform(lo, up) => (0.0, 1.0, lo, up),
            Self::Normal(mean, std) => (mean, std, f64::NEG_INFINITY, f64::INFINITY),
            Self::TruncatedNormal(mean, std, a, b) => (mean, std, a, b),
        };
        let z = move |x: f64| (x - mean) / std;
        let (alpha, whole) = (z(lo), gauss::mass(z(lo), z(up)));
        move |x| match self {
            Self::Const(at) => f64::from(u8::from(x >= at)),
            Self::Uniform(..) => ((x - lo) / (up - lo)).clamp(0.0, 1.0),
            Self::Normal(..) => gauss::upper(-z(x)),
            Self::TruncatedNormal(..) => gauss::mass(alpha, z(x.clamp(lo, up))) / whole,
        }
    }

    /// `[mean, std, kurtosis]`, the last as `E(x − mean)⁴/std⁴`: 3 for a normal distribution, NaN for a constant.
    ///
    /// Formulas: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, 2nd ed., vol. 1, 1994,
    /// chapter 13 (normal, cut normal); vol. 2, 1995, chapter 26 (uniform, `std = (up − lo)/√12`).
    #[must_use]
    pub fn moments(self) -> [f64; 3] {
        match self {
            Self::Const(value) => [value, 0.0, f64::NAN],
            Self::Uniform(lo, up) => [(lo + up) / 2.0, (up - lo) / 12.0_f64.sqrt(), 1.8],
            Self::Normal(mean, std) => [mean, std, 3.0],
            Self::TruncatedNormal(mean, std, a, b) => {
                let [m, s, kurtosis] = cut_moments((a - mean) / std, (b - mean) / std);
                [mean + std * m, std * s, kurtosis]
            }
        }
    }
}

/// Moments of the standard normal cut to `[α, β]`. Integration by parts gives the raw ones,
/// `mₖ = (k−1)·mₖ₋₂ − (βᵏ⁻¹φ(β) − αᵏ⁻¹φ(α))/Z` with `Z = Φ(β) − Φ(α)`.
///
/// The central moments are differences of the raw ones: digits go where the cut is narrow or far from 0.
fn cut_moments(alpha: f64, beta: f64) -> [f64; 3] {
    // Past 39 the density is 0 in `f64`: an infinite cut may stand at 40, where its powers are finite.
    let edge = |x: f64, k| x.clamp(-40.0, 40.0).powi(k) * gauss::density(x);
    let e = |k| (edge(beta, k) - edge(alpha, k)) / gauss::mass(alpha, beta);
    let (m1, m2) = (-e(0), 1.0 - e(1));
    let (m3, m4) = (2.0 * m1 - e(2), 3.0 * m2 - e(3));
    let variance = m2 - m1 * m1;
    let fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4);
    [m1, variance.sqrt(), fourth / (variance * variance)]
}
