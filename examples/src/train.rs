//! Minibatch training with cross-entropy and a learning rate that falls to zero.

use anyhow::Result;
use candle_core::{D, DType, Tensor, Var};
use candle_init::{Distribution, counter_rng::Stream};
use candle_nn::{AdamW, Module, Optimizer, ParamsAdamW, SGD, loss};

use crate::mlp::Mlp;
use crate::progress::Progress;
use crate::set::{Set, shuffled};

/// The optimizer's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// AdamW, which rescales every gradient to about unit size.
    AdamW,
    /// Plain stochastic gradient descent, which takes gradients as they are.
    Sgd,
}

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// The optimizer's rule.
    pub method: Method,
    /// The learning rate of the first step; it falls linearly to zero.
    pub lr: f64,
    /// How often every training image is seen.
    pub epochs: usize,
    /// Images a step.
    pub batch: usize,
    /// Standard deviation of the noise added to each training image; 0 for none.
    pub noise: f64,
    /// The seed of the order of images and of the noise.
    pub seed: u64,
}

/// What one epoch came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// The mean training loss over its steps; not finite if training blew up.
    pub loss: f64,
    /// The share of test images classed rightly after it, 0 to 1.
    pub accuracy: f64,
}

/// Trains `net` and returns its epochs, fewer than asked for if the loss stops being finite.
///
/// # Errors
/// As candle's own operations.
pub fn train(
    net: &Mlp,
    vars: Vec<Var>,
    [train, test]: [&Set; 2],
    recipe: &Recipe,
    progress: &Progress,
) -> Result<Vec<Epoch>> {
    let mut stepper = Stepper::new(vars, recipe, train.count()?)?;
    let mut epochs = Vec::new();
    for number in 1..=recipe.epochs {
        let loss = stepper.epoch(net, train, number, progress)?;
        let epoch = Epoch { loss, accuracy: accuracy(net, test, recipe.batch)? };
        progress.epoch(number, &epoch);
        epochs.push(epoch);
        if !loss.is_finite() {
            break;
        }
    }
    Ok(epochs)
}

/// The share of `set` that `net` classes rightly, 0 to 1, taken `batch` images at a time.
///
/// # Errors
/// As candle's own operations.
pub fn accuracy(net: &Mlp, set: &Set, batch: usize) -> Result<f64> {
    let count = set.count()?;
    let mut right = 0.;
    for start in (0..count).step_by(batch.max(1)) {
        let part = set.slice(start, batch.max(1))?;
        let guesses = net.forward(&part.images)?.argmax(D::Minus1)?;
        let hits = guesses.eq(&part.labels)?.to_dtype(DType::U32)?;
        right += f64::from(hits.sum_all()?.to_scalar::<u32>()?);
    }
    Ok(right / count.max(1) as f64)
}

/// An optimizer and where it stands in its schedule.
struct Stepper<'a> {
    optimizer: Rule,
    recipe: &'a Recipe,
    step: usize,
    steps: usize,
}

impl<'a> Stepper<'a> {
    fn new(vars: Vec<Var>, recipe: &'a Recipe, images: usize) -> Result<Self> {
        let steps = recipe.epochs * images.div_ceil(recipe.batch);
        Ok(Self { optimizer: Rule::new(vars, recipe)?, recipe, step: 0, steps })
    }

    /// Sees every image once and returns the mean loss, or the first that is not finite.
    fn epoch(&mut self, net: &Mlp, set: &Set, number: usize, progress: &Progress) -> Result<f64> {
        let order = shuffled(set.count()?, self.recipe.seed, number);
        let mut sum = 0.;
        for indices in order.chunks(self.recipe.batch) {
            let loss = self.step(net, &self.noisy(set.pick(indices)?)?)?;
            if !loss.is_finite() {
                return Ok(loss);
            }
            sum += loss * indices.len() as f64;
            progress.step(loss);
        }
        Ok(sum / order.len().max(1) as f64)
    }

    /// The images with fresh noise: a net that never sees one twice alike cannot learn it by heart.
    fn noisy(&self, batch: Set) -> Result<Set> {
        let initializer = Distribution::normal(0., self.recipe.noise)?;
        let stream = Stream::new(self.recipe.seed, &format!("noise.step{}", self.step));
        let count = batch.images.elem_count();
        let noise = stream.vec::<f32>(&initializer, 0..count as u64)?;
        let noise = Tensor::from_vec(noise, batch.images.shape(), batch.images.device())?;
        Ok(Set { images: (batch.images + noise)?, ..batch })
    }

    fn step(&mut self, net: &Mlp, batch: &Set) -> Result<f64> {
        let left = 1. - self.step as f64 / self.steps as f64;
        self.optimizer.set_lr(self.recipe.lr * left);
        self.step += 1;
        let loss = loss::cross_entropy(&net.forward(&batch.images)?, &batch.labels)?;
        self.optimizer.descend(&loss)?;
        Ok(f64::from(loss.to_scalar::<f32>()?))
    }
}

/// The optimizer behind a [`Method`]; candle's trait has a type of its own for each.
enum Rule {
    AdamW(AdamW),
    Sgd(SGD),
}

impl Rule {
    fn new(vars: Vec<Var>, recipe: &Recipe) -> candle_core::Result<Self> {
        let lr = recipe.lr;
        Ok(match recipe.method {
            Method::AdamW => Self::AdamW(AdamW::new(vars, ParamsAdamW { lr, ..ParamsAdamW::default() })?),
            Method::Sgd => Self::Sgd(SGD::new(vars, lr)?),
        })
    }

    fn set_lr(&mut self, lr: f64) {
        match self {
            Self::AdamW(rule) => rule.set_learning_rate(lr),
            Self::Sgd(rule) => rule.set_learning_rate(lr),
        }
    }

    fn descend(&mut self, loss: &Tensor) -> candle_core::Result<()> {
        match self {
            Self::AdamW(rule) => rule.backward_step(loss),
            Self::Sgd(rule) => rule.backward_step(loss),
        }
    }
}
