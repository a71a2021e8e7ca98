//! How a figure grows with width: the exponent, and what it means.

use std::fmt;

use serde::Serialize;

/// The exponents of the usual initializers and learning rates are multiples of one half (Yang and Hu 2021,
/// arXiv:2011.14522, table 1), so an exponent is zero if it is nearer to zero than to that.
pub(crate) const LIMIT: f64 = 0.25;

/// What widening the net does to a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Growth {
    /// Its output and the change of its output keep their size: the learning rate is right at any width.
    Stable,
    /// One of them grows: wide nets will need a smaller rate, or blow up.
    Grows,
    /// What training changes of its output shrinks: wide nets will not learn there.
    Shrinks,
    /// Training did not change its output.
    Still,
    /// Its output is not finite at one of the widths.
    Diverges,
}

impl Growth {
    /// What follows from the sizes at the last step by width, of the outputs and of their changes.
    pub(crate) fn new(widths: &[usize], sizes: &[f64], changes: &[f64]) -> Self {
        let (size, change) = (exponent(widths, sizes), exponent(widths, changes));
        if sizes.iter().chain(changes).any(|size| !size.is_finite()) {
            Self::Diverges
        } else if changes.contains(&0.0) {
            Self::Still
        } else if size > LIMIT || change > LIMIT {
            Self::Grows
        } else if change < -LIMIT {
            Self::Shrinks
        } else {
            Self::Stable
        }
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stable => "stable",
            Self::Grows => "GROWS",
            Self::Shrinks => "SHRINKS",
            Self::Still => "STILL",
            Self::Diverges => "DIVERGES",
        })
    }
}

/// The exponent `a` of `y ∝ widthᵃ`: the slope of `ln y` over `ln width` by least squares. NaN where a `y` is zero or
/// not finite, or where all widths are one.
pub(crate) fn exponent(widths: &[usize], sizes: &[f64]) -> f64 {
    let n = widths.len() as f64;
    let x = || widths.iter().map(|&width| (width as f64).ln());
    let y = || sizes.iter().map(|size| size.ln());
    let (mean_x, mean_y) = (x().sum::<f64>() / n, y().sum::<f64>() / n);
    let products = x().zip(y()).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>();
    let slope = products / x().map(|x| (x - mean_x).powi(2)).sum::<f64>();
    if slope.is_finite() { slope } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_has_its_exponent() {
        let widths = [16, 64, 100, 1000];
        let of = |power: f64| widths.map(|width| 3.0 * f64::from(width as u32).powf(power));
        assert!((exponent(&widths, &of(0.5)) - 0.5).abs() < 1e-12);
        assert!((exponent(&widths, &of(-1.0)) + 1.0).abs() < 1e-12);
        assert!(exponent(&widths, &[1.0, 0.0, 1.0, 1.0]).is_nan());
        assert!(exponent(&[8, 8], &[1.0, 2.0]).is_nan());
    }

    #[test]
    fn exponents_are_judged() {
        let widths = [10, 1000];
        let of = |sizes: [f64; 2], changes: [f64; 2]| Growth::new(&widths, &sizes, &changes);
        assert_eq!(of([1.0, 1.1], [0.1, 0.11]), Growth::Stable);
        assert_eq!(of([1.0, 1.0], [0.1, 1.0]), Growth::Grows);
        assert_eq!(of([1.0, 10.0], [0.1, 0.1]), Growth::Grows);
        assert_eq!(of([1.0, 1.0], [0.1, 0.01]), Growth::Shrinks);
        assert_eq!(of([1.0, 0.1], [0.1, 0.1]), Growth::Stable);
        assert_eq!(of([1.0, 1.0], [0.1, 0.0]), Growth::Still);
        assert_eq!(of([1.0, f64::NAN], [0.1, 0.0]), Growth::Diverges);
    }
}
