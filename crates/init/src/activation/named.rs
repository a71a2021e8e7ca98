//! The named activations: candle's, and a few more, as functions of one number.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

use candle_nn::Activation as CandleActivation;

use crate::activation::function::ScalarFunction;

/// An activation function, by candle's formula for it.
///
/// It prints as text and is read back: `gelu`, `leaky_relu(slope=0.01)`, `elu(alpha=1)`.
///
/// ```
/// use candle_init::Activation;
/// use candle_init::activation::ScalarFunction;
/// assert_eq!(Activation::LeakyRelu(0.1).value(-2.0), -0.2);
/// assert_eq!(Activation::from(candle_nn::Activation::Swish), Activation::Silu);
/// assert_eq!("elu(alpha=1)".parse::<Activation>()?, Activation::Elu(1.0));
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// `z`.
    Linear,
    /// `z·Φ(z)` (Hendrycks and Gimpel 2016). candle's `gelu_erf`.
    Gelu,
    /// `z/2·(1 + tanh(√(2/π)·(z + 0.044715·z³)))`. candle's `gelu`, `NewGelu` and `GeluPytorchTanh`.
    GeluTanh,
    /// `max(0, z)`.
    Relu,
    /// `max(0, z)²`.
    Relu2,
    /// `min(max(0, z), 6)`.
    Relu6,
    /// `z` above zero, `slope·z` below. A PReLU starts as this, with slope 0.25.
    LeakyRelu(f64),
    /// `z` above zero, `alpha·(eᶻ − 1)` below (Clevert et al. 2015).
    Elu(f64),
    /// `1.0507·z` above zero, `1.0507·1.6733·(eᶻ − 1)` below (Klambauer et al. 2017): gain 1 by its making.
    Selu,
    /// `z·σ(z)`. candle's `Silu` and `Swish`.
    Silu,
    /// `silu(a)·b` over the two halves of a layer's output (Shazeer 2020).
    ///
    /// As a function of one number it is `silu`: for independent halves of unit variance
    /// `E[(silu(a)·b)²] = E[silu(z)²]`. Its slope is the root mean square of the slopes towards the two
    /// halves, `√((silu′(z)² + silu(z)²)/2)`, which makes its backward gain the one for a fan-out that counts
    /// both halves.
    Swiglu,
    /// `σ(z) = 1/(1 + e⁻ᶻ)`.
    Sigmoid,
    /// `min(max(0, (z + 3)/6), 1)`.
    HardSigmoid,
    /// `z·hard_sigmoid(z)` (Howard et al. 2019).
    HardSwish,
    /// `z·tanh(ln(1 + eᶻ))` (Misra 2019).
    Mish,
    /// `z·σ(1.702·z)`.
    QuickGelu,
    /// `tanh(z)`.
    Tanh,
    /// `sin(z)`.
    Sin,
    /// `ln(1 + eᶻ)`.
    Softplus,
    /// `z/(1 + |z|)`.
    Softsign,
}

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const QUICK: f64 = 1.702;
const CUBIC: f64 = 0.044_715;

impl Activation {
    /// `f′(z)`; at a kink, that of one side.
    #[must_use]
    pub fn derivative(&self, z: f64) -> f64 {
        match *self {
            Self::Linear => 1.0,
            Self::Gelu => normal(z) + z * (-z * z / 2.0).exp() * FRAC_2_SQRT_PI * FRAC_1_SQRT_2 / 2.0,
            Self::GeluTanh => gelu_tanh_slope(z),
            Self::Relu => step(z > 0.0),
            Self::Relu2 => 2.0 * z.max(0.0),
            Self::Relu6 => step(z > 0.0 && z < 6.0),
            Self::LeakyRelu(slope) => {
                if z > 0.0 {
                    1.0
                } else {
                    slope
                }
            }
            Self::Elu(alpha) => elu_slope(z, alpha),
            Self::Selu => SELU_SCALE * elu_slope(z, SELU_ALPHA),
            Self::Silu => swish_slope(z, 1.0),
            Self::Swiglu => swish_slope(z, 1.0).hypot(z * sigmoid(z)) * FRAC_1_SQRT_2,
            Self::Sigmoid => sigmoid(z) * sigmoid(-z),
            Self::HardSigmoid => step(z.abs() < 3.0) / 6.0,
            Self::HardSwish => hard_sigmoid(z) + z * step(z.abs() < 3.0) / 6.0,
            Self::Mish => softplus(z).tanh() + z * sigmoid(z) / softplus(z).cosh().powi(2),
            Self::QuickGelu => swish_slope(z, QUICK),
            Self::Tanh => z.cosh().powi(-2),
            Self::Sin => z.cos(),
            Self::Softplus => sigmoid(z),
            Self::Softsign => (1.0 + z.abs()).powi(-2),
        }
    }

    /// Where the value or the slope jumps.
    fn all_kinks(self) -> &'static [f64] {
        match self {
            Self::Relu | Self::Relu2 | Self::LeakyRelu(_) | Self::Elu(_) | Self::Selu | Self::Softsign => {
                &[0.0]
            }
            Self::Relu6 => &[0.0, 6.0],
            Self::HardSigmoid | Self::HardSwish => &[-3.0, 3.0],
            _ => &[],
        }
    }
}

impl ScalarFunction for Activation {
    fn value(&self, z: f64) -> f64 {
        match *self {
            Self::Linear => z,
            Self::Gelu => z * normal(z),
            Self::GeluTanh => z / 2.0 * (1.0 + gelu_inner(z).tanh()),
            Self::Relu => z.max(0.0),
            Self::Relu2 => z.max(0.0).powi(2),
            Self::Relu6 => z.clamp(0.0, 6.0),
            Self::LeakyRelu(slope) => z * if z > 0.0 { 1.0 } else { slope },
            Self::Elu(alpha) => elu(z, alpha),
            Self::Selu => SELU_SCALE * elu(z, SELU_ALPHA),
            Self::Silu | Self::Swiglu => z * sigmoid(z),
            Self::Sigmoid => sigmoid(z),
            Self::HardSigmoid => hard_sigmoid(z),
            Self::HardSwish => z * hard_sigmoid(z),
            Self::Mish => z * softplus(z).tanh(),
            Self::QuickGelu => z * sigmoid(QUICK * z),
            Self::Tanh => z.tanh(),
            Self::Sin => z.sin(),
            Self::Softplus => softplus(z),
            Self::Softsign => z / (1.0 + z.abs()),
        }
    }

    fn exact_derivative(&self, z: f64) -> Option<f64> {
        Some(self.derivative(z))
    }

    fn kinks(&self) -> Option<&[f64]> {
        Some(self.all_kinks())
    }

    fn is_gated(&self) -> bool {
        matches!(self, Self::Swiglu)
    }
}

impl ScalarFunction for CandleActivation {
    fn value(&self, z: f64) -> f64 {
        Activation::from(*self).value(z)
    }

    fn exact_derivative(&self, z: f64) -> Option<f64> {
        Activation::from(*self).exact_derivative(z)
    }

    fn kinks(&self) -> Option<&[f64]> {
        Some(Activation::from(*self).all_kinks())
    }

    fn is_gated(&self) -> bool {
        Activation::from(*self).is_gated()
    }
}

impl From<CandleActivation> for Activation {
    fn from(candle: CandleActivation) -> Self {
        match candle {
            CandleActivation::Gelu => Self::Gelu,
            CandleActivation::NewGelu | CandleActivation::GeluPytorchTanh => Self::GeluTanh,
            CandleActivation::Relu => Self::Relu,
            CandleActivation::Relu2 => Self::Relu2,
            CandleActivation::Relu6 => Self::Relu6,
            CandleActivation::Silu | CandleActivation::Swish => Self::Silu,
            CandleActivation::Sigmoid => Self::Sigmoid,
            CandleActivation::HardSigmoid => Self::HardSigmoid,
            CandleActivation::Swiglu => Self::Swiglu,
            CandleActivation::Mish => Self::Mish,
            CandleActivation::HardSwish => Self::HardSwish,
            CandleActivation::Elu(alpha) => Self::Elu(alpha),
            CandleActivation::LeakyRelu(slope) => Self::LeakyRelu(slope),
        }
    }
}

/// `Φ(z)`, exact in the left tail, where `1 + erf` would vanish.
fn normal(z: f64) -> f64 {
    libm::erfc(-z * FRAC_1_SQRT_2) / 2.0
}

fn sigmoid(z: f64) -> f64 {
    (1.0 + (-z).exp()).recip()
}

fn hard_sigmoid(z: f64) -> f64 {
    ((z + 3.0) / 6.0).clamp(0.0, 1.0)
}

/// Without the overflow of `eᶻ`.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

fn elu(z: f64, alpha: f64) -> f64 {
    if z > 0.0 { z } else { alpha * z.exp_m1() }
}

fn elu_slope(z: f64, alpha: f64) -> f64 {
    if z > 0.0 { 1.0 } else { alpha * z.exp() }
}

/// The slope of `z·σ(βz)`.
fn swish_slope(z: f64, beta: f64) -> f64 {
    let gate = sigmoid(beta * z);
    gate * (1.0 + beta * z * sigmoid(-beta * z))
}

fn gelu_inner(z: f64) -> f64 {
    (2.0 / PI).sqrt() * z * (1.0 + CUBIC * z * z)
}

fn gelu_tanh_slope(z: f64) -> f64 {
    let inner_slope = (2.0 / PI).sqrt() * (1.0 + 3.0 * CUBIC * z * z);
    let inner = gelu_inner(z);
    (1.0 + inner.tanh() + z * inner_slope / inner.cosh().powi(2)) / 2.0
}

fn step(inside: bool) -> f64 {
    f64::from(u8::from(inside))
}
