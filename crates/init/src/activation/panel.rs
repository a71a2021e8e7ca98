//! A function on an interval, as the polynomial through seventeen of its values.
//!
//! The points are Chebyshev's, the two ends among them (Trefethen, "Approximation Theory and Approximation
//! Practice", 2013, chapters 3 and 8), so that no jump inside of a panel leaves all of its values in line.

use std::array;
use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::activation::error::Result;

/// A function under a weight, or why it has no value.
pub(crate) type Weighted<'a> = dyn Fn(f64) -> Result<f64> + 'a;

/// The polynomial's degree, and the number of intervals between its points.
const DEGREE: usize = 16;
/// Intervals between the points of an integral: exact for the square of the polynomial.
const FINE: usize = 2 * DEGREE;
/// The last coefficients, by which the others are judged.
const TAIL: usize = 4;
/// From the tail to the error: what runs of these values over any of the points leave in the tail is at least
/// `1/14.4` of their height.
const REACH: f64 = 16.0;
/// Rounding in a coefficient, relative to the largest value.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// Chebyshev's polynomials by degree at the 33 points, `cos(jkπ/32)`, whose first row after the constant is the points.
static CHEBYSHEV: LazyLock<[[f64; FINE + 1]; DEGREE + 1]> = LazyLock::new(|| {
    let cosine = |turns: usize| (turns as f64 * PI / FINE as f64).cos();
    array::from_fn(|k| array::from_fn(|j| cosine(j * k % (2 * FINE))))
});
/// The same at the 17 points.
static COARSE: LazyLock<[[f64; DEGREE + 1]; DEGREE + 1]> =
    LazyLock::new(|| array::from_fn(|k| array::from_fn(|j| CHEBYSHEV[k][2 * j])));
/// Clenshaw and Curtis's weights on [−1, 1] for 17 and for 33 points.
static COARSE_WEIGHTS: LazyLock<[f64; DEGREE + 1]> = LazyLock::new(weights);
static FINE_WEIGHTS: LazyLock<[f64; FINE + 1]> = LazyLock::new(weights);

/// A polynomial on an interval, and how far it is from the function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel {
    pub(crate) ends: (f64, f64),
    /// Of Chebyshev's polynomials on the panel.
    coefficients: [f64; DEGREE + 1],
    /// The largest absolute value seen.
    pub(crate) largest: f64,
    /// The mean of the absolute value, and of the square.
    pub(crate) means: (f64, f64),
    /// How far the polynomial is from the function, by its tail and by what [`Panel::disagree`] was told.
    pub(crate) error: f64,
}

impl Panel {
    /// The polynomial through `g` at the panel's points.
    pub(crate) fn new(g: &Weighted<'_>, ends: (f64, f64)) -> Result<Self> {
        let mut values = [0.0; DEGREE + 1];
        let mut means = (0.0, 0.0);
        for (value, (x, weight)) in values.iter_mut().zip(coarse_points(ends)) {
            *value = g(x)?;
            let share = weight / (ends.1 - ends.0);
            means = (means.0 + share * value.abs(), means.1 + share * *value * *value);
        }
        let coefficients = coefficients(&values);
        let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let tail: f64 = coefficients[DEGREE + 1 - TAIL..].iter().map(|c| c.abs()).sum();
        let noise = ROUNDING * largest;
        Ok(Self { ends, coefficients, largest, means, error: REACH * (tail - noise).max(0.0) + noise })
    }

    /// Takes note that the function has another value at some `x` of the panel.
    pub(crate) fn disagree(&mut self, x: f64, value: f64) {
        self.error = self.error.max(2.0 * (self.at(x) - value).abs());
        self.largest = self.largest.max(value.abs());
    }

    pub(crate) fn width(&self) -> f64 {
        self.ends.1 - self.ends.0
    }

    /// The polynomial's value.
    pub(crate) fn at(&self, x: f64) -> f64 {
        self.at_each([x])[0]
    }

    /// The polynomial's values, by Clenshaw's recurrence. Each step of it waits for the one before; points side by side do not
    /// wait for one another.
    pub(crate) fn at_each<const N: usize>(&self, points: [f64; N]) -> [f64; N] {
        let places = points.map(|x| ((x - self.ends.0) - (self.ends.1 - x)) / self.width());
        let (mut near, mut far) = ([0.0; N], [0.0; N]);
        for &c in self.coefficients[1..].iter().rev() {
            for ((near, far), t) in near.iter_mut().zip(&mut far).zip(&places) {
                (*near, *far) = (2.0 * t * *near + (c - *far), *near);
            }
        }
        array::from_fn(|i| places[i] * near[i] + (self.coefficients[0] - far[i]))
    }

    /// `f′√φ = (f√φ)′ + f√φ·x/2q`, for a panel of `f` under the root of the density of variance `q`.
    pub(crate) fn sloped(&self, q: f64) -> Result<Self> {
        let slope = self.slope();
        let mut sloped = Self::new(&|x| Ok(slope.at(x) + self.at(x) * x / (2.0 * q)), self.ends)?;
        let furthest = self.ends.0.abs().max(self.ends.1.abs());
        sloped.error = sloped.error.max(slope.error + self.error * furthest / (2.0 * q));
        Ok(sloped)
    }

    /// The polynomial's derivative, with the error that Markov's inequality leaves it.
    fn slope(&self) -> Self {
        let stretch = 2.0 / self.width();
        let mut slope = [0.0; DEGREE + 1];
        for k in (1..=DEGREE).rev() {
            let above = slope.get(k + 1).copied().unwrap_or(0.0);
            slope[k - 1] = above + 2.0 * k as f64 * self.coefficients[k];
        }
        slope[0] /= 2.0;
        let degree = DEGREE as f64;
        Self {
            coefficients: slope.map(|c| stretch * c),
            error: stretch * degree * degree * self.error,
            ..*self
        }
    }

    /// The polynomial at the 33 [`points`].
    pub(crate) fn values(&self) -> [f64; FINE + 1] {
        let mut values = [0.0; FINE + 1];
        for (c, row) in self.coefficients.iter().zip(CHEBYSHEV.iter()) {
            values.iter_mut().zip(row).for_each(|(value, t)| *value += c * t);
        }
        values
    }

    /// The integral over the panel of something made of `x` and the polynomial there.
    pub(crate) fn integral(&self, h: impl Fn(f64, f64) -> f64) -> f64 {
        points(self.ends)
            .into_iter()
            .zip(self.values())
            .map(|((x, weight), value)| weight * h(x, value))
            .sum()
    }
}

/// The 33 points of an interval, from right to left, and their weights in an integral over it.
pub(crate) fn points(ends: (f64, f64)) -> [(f64, f64); FINE + 1] {
    spread(ends, &CHEBYSHEV[1], &FINE_WEIGHTS)
}

/// The same for every other point.
pub(crate) fn coarse_points(ends: (f64, f64)) -> [(f64, f64); DEGREE + 1] {
    spread(ends, &COARSE[1], &COARSE_WEIGHTS)
}

fn spread<const N: usize>(ends: (f64, f64), cosines: &[f64; N], weights: &[f64; N]) -> [(f64, f64); N] {
    let (middle, half) = (ends.0.midpoint(ends.1), (ends.1 - ends.0) / 2.0);
    let inside = |cosine| match cosine {
        // The ends are exact, so that each side of a jump has its own value.
        1.0 => ends.1,
        -1.0 => ends.0,
        cosine => middle + cosine * half,
    };
    array::from_fn(|i| (inside(cosines[i]), weights[i] * half))
}

/// Chebyshev coefficients of the polynomial through values at the panel's points.
fn coefficients(values: &[f64; DEGREE + 1]) -> [f64; DEGREE + 1] {
    let mut coefficients = [0.0; DEGREE + 1];
    // The matrix is its own transpose.
    for (j, (value, row)) in values.iter().zip(COARSE.iter()).enumerate() {
        let value = value * 2.0 / DEGREE as f64 * at_ends(j);
        coefficients.iter_mut().zip(row).for_each(|(c, t)| *c += value * t);
    }
    array::from_fn(|k| at_ends(k) * coefficients[k])
}

/// The first and the last count half.
fn at_ends(j: usize) -> f64 {
    if j == 0 || j == DEGREE { 0.5 } else { 1.0 }
}

/// Clenshaw and Curtis's weights for an odd number of points.
fn weights<const N: usize>() -> [f64; N] {
    let count = N - 1;
    let n = count as f64;
    let term = |j: usize, k: usize| {
        let twice = if 2 * k == count { 1.0 } else { 2.0 };
        twice * (2.0 * PI * (k * j) as f64 / n).cos() / (4 * k * k - 1) as f64
    };
    array::from_fn(|j| {
        let ends = if j == 0 || j == count { 1.0 } else { 2.0 };
        ends / n * (1.0 - (1..=count / 2).map(|k| term(j, k)).sum::<f64>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_themselves() {
        let p = |x: f64| 3.0 - x + 0.5 * x.powi(7) - 0.25 * x.powi(16);
        let slope = |x: f64| -1.0 + 3.5 * x.powi(6) - 4.0 * x.powi(15);
        let panel = Panel::new(&|x| Ok(p(x)), (-0.7, 1.2)).unwrap();
        for x in [-0.7, -0.3, 0.0, 0.9, 1.2] {
            assert!((panel.at(x) - p(x)).abs() < 1e-13);
            assert!((panel.slope().at(x) - slope(x)).abs() < 1e-11);
        }
        let whole = |x: f64| 3.0 * x - x * x / 2.0 + x.powi(8) / 16.0 - x.powi(17) / 68.0;
        assert!((panel.integral(|_, y| y) - whole(1.2) + whole(-0.7)).abs() < 1e-13);
    }

    /// No jump can lie where the points do not see it, and no box that has one of them inside.
    #[test]
    fn every_run_of_points_reaches_the_tail() {
        let points = coarse_points((-1.0, 1.0)).map(|(x, _)| x);
        for first in 0..=DEGREE {
            for last in first..=DEGREE {
                if (first, last) == (0, DEGREE) {
                    continue;
                }
                let inside = |x: f64| f64::from(u8::from(x <= points[first] && x >= points[last]));
                let panel = Panel::new(&|x| Ok(inside(x)), (-1.0, 1.0)).unwrap();
                assert!(panel.error > 1.0, "{first}..={last}: {}", panel.error);
            }
        }
    }
}
