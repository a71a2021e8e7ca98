//! The lesson's net: a deep multilayer perceptron that knows nothing of initialization.

use candle_core::{Result, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};

use super::bench::WIDTH;
use candle_init_probe::Recorder;

use super::bend::Bend;
use crate::mlp::CLASSES;

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
    pub(super) fn new(
        vb: &VarBuilder,
        inputs: usize,
        depth: usize,
        bend: Bend,
        taps: Recorder,
    ) -> Result<Self> {
        let layer =
            |number| linear(if number == 0 { inputs } else { WIDTH }, WIDTH, vb.pp(format!("fc{number}")));
        let layers = (0..depth).map(layer).collect::<Result<_>>()?;
        Ok(Self { layers, head: linear(WIDTH, CLASSES, vb.pp("head"))?, bend, taps })
    }
}

impl Module for Net {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let mut x = images.clone();
        for (number, layer) in self.layers.iter().enumerate() {
            x = (self.bend.apply)(&layer.forward(&x)?)?;
            x = self.taps.tap(&format!("fc{number}"), &x)?;
        }
        self.head.forward(&x)
    }
}
