//! The lesson's net: a deep multilayer perceptron that knows nothing of initialization.

use candle_core::{Result, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};

use candle_init_probe::Recorder;

use super::bend::Bend;
use crate::mlp::{CLASSES, Shape};

/// Layers `fc0`, `fc1` … of one width with a function after each, then the linear `head`.
#[derive(Debug)]
pub(super) struct Net {
    layers: Vec<Linear>,
    head: Linear,
    bend: Bend,
    taps: Recorder,
}

impl Net {
    /// Asks `vb` for the weights, as any candle model does.
    pub(super) fn new(vb: &VarBuilder, shape: Shape, bend: Bend, taps: Recorder) -> Result<Self> {
        let Shape { inputs, width, depth } = shape;
        let layer =
            |number| linear(if number == 0 { inputs } else { width }, width, vb.pp(format!("fc{number}")));
        let layers = (0..depth).map(layer).collect::<Result<_>>()?;
        Ok(Self { layers, head: linear(width, CLASSES, vb.pp("head"))?, bend, taps })
    }
}

impl Net {
    /// What each hidden layer passes on, and the logits.
    pub(super) fn states(&self, images: &Tensor) -> Result<(Vec<Tensor>, Tensor)> {
        let mut hidden: Vec<Tensor> = Vec::with_capacity(self.layers.len());
        for (number, layer) in self.layers.iter().enumerate() {
            let x = (self.bend.apply)(&layer.forward(hidden.last().unwrap_or(images))?)?;
            hidden.push(self.taps.tap(&format!("fc{number}"), &x)?);
        }
        let logits = self.head.forward(hidden.last().unwrap_or(images))?;
        Ok((hidden, logits))
    }
}

impl Module for Net {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        Ok(self.states(images)?.1)
    }
}
