//! Runs nets on a batch of digits and measures them.

use anyhow::Result;
use candle_core::{DType, Device};
use candle_init_probe::{LayerSignal, Probe, Recorder, Signal};
use candle_nn::{Module, VarMap, loss};

use super::fit::descend;
use super::net::Net;
use super::start::Start;
use crate::data::Dataset;
use crate::mlp::Shape;
use crate::set::Set;

/// Units in each hidden layer.
pub(super) const WIDTH: usize = 256;
/// Images in the batch.
pub(super) const BATCH: usize = 256;

/// A batch of digits and a seed.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) seed: u64,
    pub(super) set: Set,
    pub(super) inputs: usize,
}

impl Bench {
    /// The same seed with the first `images` of the batch.
    pub(super) fn part(&self, images: usize) -> Result<Self> {
        Ok(Self { seed: self.seed, set: self.set.slice(0, images)?, inputs: self.inputs })
    }

    /// The same batch with another seed.
    pub(super) fn reseeded(&self, seed: u64) -> Self {
        Self { seed, set: self.set.clone(), inputs: self.inputs }
    }

    /// A batch of the digits, chosen by `seed`; their pixels are standard.
    pub(super) fn new(seed: u64) -> Result<Self> {
        let data = Dataset::load(None, seed)?;
        let set = Set::new(&data.train, &Device::Cpu)?.slice(0, BATCH)?;
        Ok(Self { seed, set, inputs: data.train.size })
    }

    /// The net that starts as said, and its variables.
    pub(super) fn net(&self, start: &Start) -> Result<(Net, VarMap)> {
        self.tapped(start, Recorder::new())
    }

    fn tapped(&self, start: &Start, taps: Recorder) -> Result<(Net, VarMap)> {
        let vars = VarMap::new();
        let vb = start.initializer(self.seed).var_builder(&vars, DType::F32, &Device::Cpu);
        let shape = Shape { inputs: self.inputs, width: WIDTH, depth: start.depth };
        Ok((Net::new(&vb, shape, start.bend, taps)?, vars))
    }

    /// One pass forward and one back, measured.
    pub(super) fn signal(&self, start: &Start) -> Result<Measured> {
        self.signal_after(start, 0, 0.0)
    }

    /// The same after `steps` steps of plain gradient descent.
    pub(super) fn signal_after(&self, start: &Start, steps: usize, rate: f64) -> Result<Measured> {
        let taps = Recorder::new();
        let (net, vars) = self.tapped(start, taps.clone())?;
        descend(self, &net, &vars, steps, rate)?;
        let cross_entropy = |x: &_| loss::cross_entropy(&net.forward(x)?, &self.set.labels);
        let signal = Probe::new(&vars).recorder(&taps).signal(&self.set.images, cross_entropy)?;
        Ok(Measured { depth: start.depth, signal })
    }
}

/// What the hidden layers of a net do.
#[derive(Debug)]
pub(super) struct Measured {
    depth: usize,
    signal: Signal,
}

impl Measured {
    /// The hidden layers.
    pub(super) fn layers(&self) -> &[LayerSignal] {
        let hidden = self.signal.layers.iter().position(|layer| layer.name == "head");
        self.signal.layers.get(..hidden.unwrap_or(self.depth)).unwrap_or_default()
    }

    /// What `value` is of each hidden layer.
    pub(super) fn values(&self, value: impl Fn(&LayerSignal) -> f64) -> Vec<f64> {
        self.layers().iter().map(value).collect()
    }

    /// What `value` is of the last hidden layer.
    pub(super) fn last(&self, value: impl Fn(&LayerSignal) -> f64) -> f64 {
        self.layers().last().map_or(f64::NAN, value)
    }

    /// The mean of `value` over the hidden layers.
    pub(super) fn mean(&self, value: impl Fn(&LayerSignal) -> f64) -> f64 {
        let values = self.values(value);
        values.iter().sum::<f64>() / values.len().max(1) as f64
    }

    /// The rms of what each hidden layer passes on.
    pub(super) fn passed(&self) -> Vec<f64> {
        self.values(|layer| layer.passed.rms())
    }

    /// The size of the loss's gradient with respect to what each hidden layer passes on.
    pub(super) fn errors(&self) -> Vec<f64> {
        self.values(|layer| layer.error_rms.unwrap_or(f64::NAN))
    }

    /// The rms of the gradient of each hidden layer's weight.
    pub(super) fn gradients(&self) -> Vec<f64> {
        let rms = |layer: &LayerSignal| {
            let weight = format!("{}.weight", layer.name);
            let gradient = self.signal.gradients.iter().find(|gradient| gradient.name == weight);
            gradient.and_then(|gradient| gradient.moments).map_or(0.0, |moments| moments.rms())
        };
        self.values(rms)
    }
}
