//! Which function was applied between two tensors, by their values.

use candle_init::activation::{Activation, ScalarFunction};

/// The functions that are recognised, those that resemble each other most first.
const KNOWN: [Activation; 18] = [
    Activation::Relu,
    Activation::Tanh,
    Activation::Gelu,
    Activation::GeluTanh,
    Activation::QuickGelu,
    Activation::Silu,
    Activation::Sigmoid,
    Activation::Mish,
    Activation::Relu2,
    Activation::Relu6,
    Activation::Elu(1.0),
    Activation::Selu,
    Activation::Softplus,
    Activation::HardSwish,
    Activation::HardSigmoid,
    Activation::Softsign,
    Activation::Sin,
    Activation::LeakyRelu(0.01),
];

/// The activation that makes `after` of `before`, if one of candle's does, up to `precision` relative to the
/// values' size. What leaves the values as they are is none.
pub(crate) fn activation(before: &[f32], after: &[f32], precision: f64) -> Option<Activation> {
    if before.len() != after.len() || makes(Activation::Linear, before, after, precision) {
        return None;
    }
    let slopes = leak(before, after).into_iter().map(Activation::LeakyRelu);
    KNOWN.into_iter().chain(slopes).find(|f| makes(*f, before, after, precision))
}

fn makes(f: Activation, before: &[f32], after: &[f32], precision: f64) -> bool {
    let size = after.iter().fold(0f32, |most, v| most.max(v.abs()));
    let near = |(&x, &y): (&f32, &f32)| {
        let (x, y) = (f64::from(x), f64::from(y));
        let expected = f.value(x);
        (expected - y).abs() <= precision * (expected.abs() + 1e-2 * f64::from(size))
    };
    before.iter().zip(after).all(near)
}

/// The slope below zero, as its first negative value has it. Where no value is positive, it is any multiple.
fn leak(before: &[f32], after: &[f32]) -> Option<f64> {
    before.iter().find(|x| **x > 0.0)?;
    let (x, y) = before.iter().zip(after).find(|(x, _)| **x < 0.0)?;
    let slope = f64::from(*y) / f64::from(*x);
    // Six digits are what f32 holds of it.
    (slope > 0.0 && slope < 1.0).then(|| (slope * 1e6).round() / 1e6)
}

/// Below this share of its largest slope a function passes hardly a gradient.
const FLAT: f64 = 0.02;

/// Whether a function that is flat on both sides is flat at `z`. Those that are flat on one side have units
/// that are off instead.
pub(crate) fn is_saturated(f: Activation, z: f64) -> bool {
    let steepest = match f {
        Activation::Tanh | Activation::Softsign => 1.0,
        Activation::Sigmoid => 0.25,
        Activation::HardSigmoid => 1.0 / 6.0,
        _ => return false,
    };
    f.derivative(z) < FLAT * steepest
}

/// Whether a function passes nothing back at `z`.
pub(crate) fn is_off(f: Activation, z: f64) -> bool {
    f.derivative(z).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Vec<f32> {
        (0..640).map(|i| (i as f32 - 320.0) / 40.0).collect()
    }

    #[test]
    fn every_activation_is_recognised_by_its_values() {
        let before = grid();
        for f in KNOWN.into_iter().chain([Activation::LeakyRelu(0.2)]) {
            let after: Vec<f32> = before.iter().map(|&x| f.value(f64::from(x)) as f32).collect();
            assert_eq!(activation(&before, &after, 1e-5), Some(f));
        }
    }

    #[test]
    fn what_is_no_activation_is_none() {
        let before = grid();
        assert_eq!(activation(&before, &before, 1e-5), None);
        let scaled: Vec<f32> = before.iter().map(|x| 0.5 * x).collect();
        assert_eq!(activation(&before, &scaled, 1e-5), None);
        assert_eq!(activation(&before, &scaled[1..], 1e-5), None);
        // Logits that are one number, and their logarithm of softmax.
        assert_eq!(activation(&[-5.0; 8], &[-1.609_438; 8], 1e-5), None);
    }

    #[test]
    fn gelu_and_its_tanh_form_are_told_apart() {
        let before = grid();
        let of = |f: Activation| before.iter().map(|&x| f.value(f64::from(x)) as f32).collect::<Vec<_>>();
        assert_eq!(activation(&before, &of(Activation::GeluTanh), 1e-5), Some(Activation::GeluTanh));
        assert_eq!(activation(&before, &of(Activation::Gelu), 1e-5), Some(Activation::Gelu));
    }
}
