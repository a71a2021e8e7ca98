//! What theory says of the signal in a deep network of independent weights.
//!
//! Given the activations of one layer, the pre-activations of the next are independent normal numbers of one
//! variance `q`, so `q` is a Markov chain: `q' = g²·mean f(√q·zᵢ)²` over the `n` units of a layer, with `zᵢ`
//! standard normal and `g²` the weights' variance times the terms of a sum. Its logarithm gains `ln φ(q)` per
//! layer, less half the relative variance `v(q)/n` of the mean (Jensen), and spreads by `v(q)/n`; what came
//! before is carried on by the slope of `ln φ`. For `f = max(0, ·)` and `f = id` the slope is 1 and the rest is
//! exact up to order `1/n²`.

use crate::gauss;

/// The expectation of `ln q` and its variance after some layers.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// `E ln q`.
    pub log: f64,
    /// `Var ln q`, over networks.
    pub variance: f64,
}

/// `E f(√q·z)²` and `E f(√q·z)⁴` for a standard normal `z`, by the trapezium rule on [−12, 12].
fn squares(f: &dyn Fn(f64) -> f64, q: f64) -> (f64, f64) {
    let step = 1.0 / 256.0;
    let at = |i: i32| {
        let z = f64::from(i) * step;
        let square = f(q.sqrt() * z).powi(2);
        (square * gauss::density(z) * step, square * square * gauss::density(z) * step)
    };
    (-3072..=3072).map(at).fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1))
}

impl Signal {
    /// A signal of known size.
    #[must_use]
    pub fn new(q: f64) -> Self {
        Self { log: q.ln(), variance: 0.0 }
    }

    /// After one more layer of `n` units with activation `f`, whose weights have variance `g²/n`.
    #[must_use]
    pub fn through(self, f: impl Fn(f64) -> f64, g2: f64, n: usize) -> Self {
        let q = self.log.exp();
        let (second, fourth) = squares(&f, q);
        let spread = (fourth / (second * second) - 1.0) / n as f64;
        let shift = 1e-4_f64;
        let log = |q| squares(&f, q).0.ln();
        let slope = (log(q * shift.exp()) - log(q * (-shift).exp())) / (2.0 * shift);
        Self { log: (g2 * second).ln() - spread / 2.0, variance: self.variance * slope * slope + spread }
    }

    /// Standard errors between a mean of `ln q` over `networks` networks and this expectation.
    #[must_use]
    pub fn errors(self, logs: &[f64]) -> f64 {
        let count = logs.len() as f64;
        (logs.iter().sum::<f64>() / count - self.log) / (self.variance / count).sqrt()
    }
}

/// The size `q` that a layer keeps, by iteration.
#[must_use]
pub fn fixed_point(f: impl Fn(f64) -> f64, g2: f64) -> f64 {
    (0..200).fold(1.0, |q, _| g2 * squares(&f, q).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative variances known in closed form: 2 for the identity, 5 for a rectifier, whose square is half
    /// of the time zero.
    #[test]
    fn homogeneous_layers_have_their_closed_forms() {
        let linear = Signal::new(1.0).through(|x| x, 1.0, 100);
        assert!((linear.log + 0.01).abs() < 1e-9 && (linear.variance - 0.02).abs() < 1e-9);
        let relu = Signal::new(1.0).through(|x| x.max(0.0), 2.0, 100);
        assert!((relu.log + 0.025).abs() < 1e-9 && (relu.variance - 0.05).abs() < 1e-9, "{relu:?}");
        assert!((fixed_point(f64::tanh, 1.0) - 0.0) < 0.01);
    }
}
