//! The functions between layers, for candle and for theory.

use candle_core::{Result, Tensor};
use candle_init::Activation;
use candle_nn::ops::{leaky_relu, sigmoid};

/// A function between layers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bend {
    /// The function of one number, for gains.
    pub(super) theory: Activation,
    /// The function of a tensor, for nets.
    pub(super) apply: fn(&Tensor) -> Result<Tensor>,
}

pub(super) const RELU: Bend = Bend { theory: Activation::Relu, apply: Tensor::relu };
pub(super) const TANH: Bend = Bend { theory: Activation::Tanh, apply: Tensor::tanh };
pub(super) const SIGMOID: Bend = Bend { theory: Activation::Sigmoid, apply: sigmoid };
pub(super) const GELU: Bend = Bend { theory: Activation::Gelu, apply: Tensor::gelu_erf };
pub(super) const SILU: Bend = Bend { theory: Activation::Silu, apply: Tensor::silu };
pub(super) const LEAKY: Bend = Bend { theory: Activation::LeakyRelu(0.1), apply: |x| leaky_relu(x, 0.1) };
pub(super) const LINEAR: Bend = Bend { theory: Activation::Linear, apply: |x| Ok(x.clone()) };

impl Bend {
    /// The function of this name on the page.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "relu" => RELU,
            "tanh" => TANH,
            "sigmoid" => SIGMOID,
            "gelu" => GELU,
            "silu" => SILU,
            "leaky_relu" => LEAKY,
            "linear" => LINEAR,
            _ => return None,
        })
    }
}
