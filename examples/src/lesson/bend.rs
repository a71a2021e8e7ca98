//! The functions between layers, for candle and for theory.

use candle_core::{Result, Tensor};
use candle_init::Activation;

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
pub(super) const GELU: Bend = Bend { theory: Activation::Gelu, apply: Tensor::gelu_erf };
pub(super) const SILU: Bend = Bend { theory: Activation::Silu, apply: Tensor::silu };
