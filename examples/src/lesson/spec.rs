//! The nets of the page's script, as both sides read them.

use anyhow::{Context, Result};
use candle_core::{DType, Device, Tensor, Var};
use candle_init::{Initializer, named_vars};
use candle_init_probe::Recorder;
use candle_nn::{Module, Optimizer, SGD, VarBuilder, VarMap, loss};
use serde::{Deserialize, Serialize};

use super::bend::Bend;
use super::measure::{dead, likeness, rms};
use super::net::Net;
use crate::mlp::Shape;
use crate::set::Set;

/// A net and its start, as `page/nets.json` has it and the page's script reads it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Hidden layers.
    pub depth: usize,
    /// Units in each of them.
    pub width: usize,
    /// The function after each: `relu`, `tanh`, `sigmoid`, `gelu`, `silu`, `leaky_relu` (slope 0.1) or `linear`.
    pub activation: String,
    /// The seed of its weights.
    pub seed: u64,
    /// How many of the page's images it is run on.
    pub images: usize,
    /// Globs and the text forms of their initializers; the first match wins.
    pub rules: Vec<(String, String)>,
}

/// What one pass forward and one back shows, by hidden layer.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Readings {
    /// The loss, cross-entropy.
    pub loss: f64,
    /// The rms of what each layer passes on.
    pub signal: Vec<f64>,
    /// The rms of the gradient of each layer's weight.
    pub gradient: Vec<f64>,
    /// The share of units that pass on the same value for every image.
    pub dead: Vec<f64>,
    /// The mean cosine between what two images make a layer pass on.
    pub alike: Vec<f64>,
}

impl Spec {
    /// Runs the net once on the first images of `set`, forward and back, with candle: weights in f32, the rest in f64.
    ///
    /// # Errors
    /// An activation or a rule that there is not, or as candle's own operations.
    pub fn measure(&self, set: &Set) -> Result<Readings> {
        let set = self.batch(set)?;
        let (net, vars) = self.build(&set)?;
        let (hidden, logits) = net.states(&set.images)?;
        let loss = loss::cross_entropy(&logits, &set.labels)?;
        let gradients = loss.backward()?;
        let named = named_vars(&vars);
        let gradient = |layer: usize| -> Result<f64> {
            let name = format!("fc{layer}.weight");
            let var = named.iter().find(|(other, _)| *other == name).map(|(_, var)| var);
            var.and_then(|var| gradients.get(var)).map_or(Ok(0.0), rms)
        };
        Ok(Readings {
            loss: loss.to_scalar::<f64>()?,
            signal: each(&hidden, rms)?,
            gradient: (0..self.depth).map(gradient).collect::<Result<_>>()?,
            dead: each(&hidden, dead)?,
            alike: each(&hidden, likeness)?,
        })
    }

    /// The losses of plain gradient descent on the first images of `set`: before each of `steps` steps, and at the end.
    ///
    /// # Errors
    /// As [`measure`](Self::measure).
    pub fn train(&self, set: &Set, rate: f64, steps: usize) -> Result<Vec<f64>> {
        let set = self.batch(set)?;
        let (net, vars) = self.build(&set)?;
        let mut descent = SGD::new(candle_init::trainable_vars(&vars), rate)?;
        let mut losses = Vec::with_capacity(steps + 1);
        for step in 0..=steps {
            let loss = loss::cross_entropy(&net.forward(&set.images)?, &set.labels)?;
            losses.push(loss.to_scalar::<f64>()?);
            if step < steps {
                descent.backward_step(&loss)?;
            }
        }
        Ok(losses)
    }

    fn batch(&self, set: &Set) -> Result<Set> {
        let Set { images, labels } = set.slice(0, self.images)?;
        Ok(Set { images: images.to_dtype(DType::F64)?, labels })
    }

    fn build(&self, set: &Set) -> Result<(Net, VarMap)> {
        let bend =
            Bend::named(&self.activation).with_context(|| format!("no activation {}", self.activation))?;
        let mut initializers = Initializer::new(self.seed);
        for (glob, initializer) in &self.rules {
            initializers = initializers.rule(glob.as_str(), initializer.as_str());
        }
        let shape = Shape { inputs: set.images.dim(1)?, width: self.width, depth: self.depth };
        let vars = VarMap::new();
        let vb = initializers.var_builder(&vars, DType::F32, &Device::Cpu);
        Net::new(&vb, shape, bend, Recorder::new())?;
        let vars = in_doubles(&vars)?;
        let vb = VarBuilder::from_varmap(&vars, DType::F64, &Device::Cpu);
        Ok((Net::new(&vb, shape, bend, Recorder::new())?, vars))
    }
}

/// The same values as doubles. Deep nets can be chaotic: what floats lose by rounding in each layer would show.
fn in_doubles(vars: &VarMap) -> Result<VarMap> {
    let doubles = VarMap::new();
    for (name, var) in named_vars(vars) {
        let var = Var::from_tensor(&var.to_dtype(DType::F64)?)?;
        lock(&doubles).insert(name, var);
    }
    Ok(doubles)
}

fn lock(vars: &VarMap) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, Var>> {
    vars.data().lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn each(layers: &[Tensor], value: fn(&Tensor) -> Result<f64>) -> Result<Vec<f64>> {
    layers.iter().map(value).collect()
}
