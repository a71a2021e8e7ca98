//! What mean-field theory says of the size of each layer's output, from the weights as they are.

use candle_init::activation::{Activation, MeanField, ScalarFunction};

use crate::signals::report::signal::Band;

/// Standard deviations of a single net within which it is as theory says: one in 5·10⁸ lies outside.
const SIGMAS: f64 = 6.0;

/// The second moment `q` of a layer's output over nets of a given width: its prediction and the variance of `ln q`.
///
/// Given one layer's outputs, the next layer's are independent normal numbers, so `q` is a Markov chain. One more
/// layer adds `v/n` to the variance of its logarithm, with `v = E[f⁴]/E[f²]² − 1` (5 for ReLU, whose
/// `E[f⁴]/E[f²]²` is 6), and the slope of the map carries the rest on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Chain {
    square: f64,
    log_variance: f64,
}

/// What a layer does to the second moment of what it reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    /// Its fan-in times the mean square of its weights.
    pub(crate) weight: f64,
    /// The mean square of its biases.
    pub(crate) bias: f64,
    /// The activation of what it reads.
    pub(crate) activation: Activation,
    /// How many units it reads.
    pub(crate) fan_in: f64,
}

impl Chain {
    /// A layer that reads a signal of known mean square.
    pub(crate) fn start(read: f64, step: Step) -> Self {
        Self { square: step.weight.mul_add(read, step.bias), log_variance: 0.0 }
    }

    /// The next layer's; `None` where theory says nothing.
    pub(crate) fn next(self, step: Step) -> Option<Self> {
        let net = MeanField::new(step.activation, step.weight, step.bias).ok()?;
        let square = net.variance_map(self.square).ok()?;
        let (slope, spread) = spread(step, self.square);
        let log_variance = self.log_variance.mul_add(slope * slope, spread / step.fan_in);
        Some(Self { square, log_variance })
    }

    /// The prediction for a layer of `units`, whose mean square over its own units varies by `2/units`.
    pub(crate) fn band(self, units: usize) -> Band {
        let spread = (SIGMAS * (self.log_variance + 2.0 / units as f64).sqrt() / 2.0).exp();
        let rms = self.square.sqrt();
        Band { rms, lo: rms / spread, hi: rms * spread }
    }
}

/// The slope `d ln V/d ln q` of the variance map `V`, and `E[f⁴]/E[f²]² − 1`, at `q`.
fn spread(step: Step, q: f64) -> (f64, f64) {
    let shift = 1e-3_f64;
    let map = |q: f64| step.weight.mul_add(power(step.activation, 2, q), step.bias).ln();
    let slope = (map(q * shift.exp()) - map(q * (-shift).exp())) / (2.0 * shift);
    let second = power(step.activation, 2, q);
    (slope, power(step.activation, 4, q) / (second * second) - 1.0)
}

/// `E[f(√q·z)ᵖ]` by the trapezium rule on [−8, 8]: right to three digits for functions with kinks too, which is more
/// than the width of a band needs.
fn power(f: Activation, power: i32, q: f64) -> f64 {
    let step = 1.0 / 32.0;
    let root = q.sqrt();
    let at = |i: i32| {
        let z = f64::from(i) * step;
        f.value(root * z).powi(power) * (-z * z / 2.0).exp() * step
    };
    (-256..=256).map(at).sum::<f64>() / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn he_keeps_the_size_of_a_relu_net_and_its_spread_is_five_over_n_a_layer() {
        let step = Step { weight: 2.0, bias: 0.0, activation: Activation::Relu, fan_in: 100.0 };
        let chain = (0..4).try_fold(Chain::start(0.5, step), |chain, _| chain.next(step)).unwrap();
        assert!((chain.square - 1.0).abs() < 1e-9);
        assert!((chain.log_variance - 4.0 * 0.05).abs() < 1e-3);
    }

    #[test]
    fn a_band_holds_its_prediction() {
        let band = Chain { square: 4.0, log_variance: 0.09 }.band(1 << 30);
        assert!((band.rms - 2.0).abs() < 1e-12);
        assert!((band.hi / band.rms - (0.9_f64).exp()).abs() < 1e-6 && band.lo * band.hi - 4.0 < 1e-9);
    }
}
