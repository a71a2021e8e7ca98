//! A deep multilayer perceptron that knows nothing of initialization.

use candle_core::{Result, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};

use crate::activation::Activation;

/// The number of digits, hence of outputs.
pub const CLASSES: usize = 10;

/// The shape of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Values per input image.
    pub inputs: usize,
    /// Units in each hidden layer.
    pub width: usize,
    /// Hidden layers, at least one.
    pub depth: usize,
}

/// Hidden layers `fc0`, `fc1`, ... of one width, then the linear `head`.
#[derive(Debug)]
pub struct Mlp {
    hidden: Vec<Linear>,
    head: Linear,
    activation: Activation,
}

impl Mlp {
    /// Asks `vb` for the weights, as any candle model does.
    ///
    /// # Errors
    /// Whatever the builder reports, for example a parameter that no rule covers.
    pub fn new(vb: VarBuilder, shape: Shape, activation: Activation) -> Result<Self> {
        let hidden = (0..shape.depth)
            .map(|layer| {
                let fan_in = if layer == 0 { shape.inputs } else { shape.width };
                linear(fan_in, shape.width, vb.pp(format!("fc{layer}")))
            })
            .collect::<Result<_>>()?;
        let head = linear(shape.width, CLASSES, vb.pp("head"))?;
        Ok(Self { hidden, head, activation })
    }
}

impl Module for Mlp {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let mut x = images.clone();
        for layer in &self.hidden {
            x = self.activation.apply(&layer.forward(&x)?)?;
        }
        self.head.forward(&x)
    }
}
