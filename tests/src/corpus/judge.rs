//! Training, which says whether a net trains.

use candle_core::{Result, Tensor, Var};
use candle_init::named_vars;
use candle_init_checkpoint::Glob;
use candle_nn::{AdamW, Optimizer, ParamsAdamW, SGD};
use serde::{Deserialize, Serialize};

use crate::corpus::plant::Plant;
use crate::corpus::subject::Subject;
use crate::corpus::trial::Trial;

/// Steps of training.
const STEPS: u64 = 200;
/// Batches that the loss is measured on, which training does not see.
const HELD: std::ops::Range<u64> = 1_000_000..1_000_004;
/// From one set of batches to the next, of which no two share a batch.
const SET: u64 = 10_000_000;

/// What training made of a net.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The loss before.
    pub first: f64,
    /// The loss after plain gradient descent, and what is stuck; infinite where it is no number.
    pub sgd: (f64, Vec<String>),
    /// The same after Adam.
    pub adam: (f64, Vec<String>),
}

impl Outcome {
    /// Trains two nets of one start on a set of batches.
    ///
    /// # Errors
    /// What the net says.
    pub fn of(make: impl Fn() -> anyhow::Result<Trial>, set: u64) -> anyhow::Result<Self> {
        let trial = make()?;
        let (first, before) = (held(&trial, set)?, copies(&trial)?);
        let mut sgd = SGD::new(trained(&trial), trial.rates.0)?;
        let sgd = after(&trial, set, |loss| sgd.backward_step(loss))?;
        let sgd = (sgd, stuck(&trial, &before)?);
        let trial = make()?;
        let mut adam = AdamW::new(trained(&trial), adam(&trial))?;
        let adam = after(&trial, set, |loss| adam.backward_step(loss))?;
        Ok(Self { first, sgd, adam: (adam, stuck(&trial, &before)?) })
    }

    /// Whether it trains, by gradient descent and by Adam: it gains half of what the healthy net does over one that
    /// knows nothing, and no weight is stuck.
    #[must_use]
    pub fn trains(&self, healthy: &Self, blind: f64) -> [bool; 2] {
        let enough = |loss: f64, right: f64| loss <= blind - 0.5 * (blind - right);
        [&self.sgd, &self.adam].map(|(loss, stuck)| enough(*loss, healthy.best()) && stuck.is_empty())
    }

    fn best(&self) -> f64 {
        self.sgd.0.min(self.adam.0)
    }
}

fn adam(trial: &Trial) -> ParamsAdamW {
    ParamsAdamW { lr: trial.rates.1, weight_decay: 0.0, ..ParamsAdamW::default() }
}

/// The loss of a net that knows nothing of its input: all weights are zero and stay so, the vectors are trained.
fn blind(subject: &Subject, seed: u64, set: u64) -> anyhow::Result<f64> {
    let trial = (subject.build)(seed)?;
    let weights = named_vars(&trial.vars).into_iter().map(|(_, var)| var).filter(|var| var.rank() > 1);
    for weight in weights.clone() {
        weight.set(&weight.zeros_like()?)?;
    }
    let first = held(&trial, set)?;
    let ids: Vec<_> = weights.map(|weight| weight.id()).collect();
    let vectors = trained(&trial).into_iter().filter(|var| !ids.contains(&var.id())).collect();
    let mut optimizer = AdamW::new(vectors, adam(&trial))?;
    let last = after(&trial, set, |loss| optimizer.backward_step(loss))?;
    Ok(if first.is_finite() {
        last.min(first)
    } else {
        (subject.build)(seed).and_then(|net| held(&net, set))?
    })
}

/// The trained parameters of rank 2 and more, by name.
fn weights(trial: &Trial) -> Vec<(String, Var)> {
    let ids: Vec<_> = trained(trial).iter().map(|var| var.id()).collect();
    let named = named_vars(&trial.vars).into_iter();
    named.filter(|(_, var)| var.rank() > 1 && ids.contains(&var.id())).collect()
}

fn copies(trial: &Trial) -> Result<Vec<Tensor>> {
    weights(trial).iter().map(|(_, var)| var.as_detached_tensor().copy()).collect()
}

/// The weights of which training left more than half as it was, those whose rows are still all equal, and those with values that are no
/// numbers.
fn stuck(trial: &Trial, before: &[Tensor]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for ((name, now), before) in weights(trial).into_iter().zip(before) {
        let values = now.flatten_all()?.to_vec1::<f32>()?;
        let row = values.len() / now.dim(0)?;
        let earlier = before.flatten_all()?.to_vec1::<f32>()?;
        // A table's rows move with their tokens; of a layer's neurons most must move.
        let moved = values.chunks(row).zip(earlier.chunks(row)).filter(|(now, before)| now != before).count();
        let unmoved = 2 * moved < now.dim(0)?;
        let equal =
            now.dim(0)? > 1 && row > 1 && values.chunks(row).all(|other| close(other, &values[..row]));
        if unmoved || equal || values.iter().any(|value| !value.is_finite()) {
            names.push(name);
        }
    }
    Ok(names)
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-4 * a.abs())
}

/// The parameters that are trained.
fn trained(trial: &Trial) -> Vec<Var> {
    let all = trial.init.trainable(&trial.vars);
    let Some(part) = trial.only.and_then(|part| Glob::new(part).ok()) else { return all };
    let ids: Vec<_> = all.iter().map(|var| var.id()).collect();
    let named = named_vars(&trial.vars).into_iter();
    named.filter(|(name, var)| part.matches(name) && ids.contains(&var.id())).map(|(_, var)| var).collect()
}

fn after(trial: &Trial, set: u64, mut step: impl FnMut(&Tensor) -> Result<()>) -> anyhow::Result<f64> {
    for number in 0..STEPS {
        let loss = (trial.loss)(&trial.batches.batch(set * SET + 100 + number)?)?;
        if !loss.to_dtype(candle_core::DType::F32)?.to_scalar::<f32>()?.is_finite() {
            return Ok(f64::INFINITY);
        }
        step(&loss)?;
    }
    let loss = held(trial, set)?;
    Ok(if loss.is_nan() { f64::INFINITY } else { loss })
}

fn held(trial: &Trial, set: u64) -> anyhow::Result<f64> {
    let mut sum = 0.0;
    for batch in HELD {
        sum += f64::from((trial.loss)(&trial.batches.batch(set * SET + batch)?)?.to_scalar::<f32>()?);
    }
    Ok(sum / HELD.count() as f64)
}

/// A net of a seed, healthy or with one fault, as training sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its family.
    pub family: String,
    /// Its name.
    pub net: String,
    /// What was planted.
    pub plant: Option<String>,
    /// The seed.
    pub seed: u64,
    /// Its loss before training, after gradient descent and after Adam, to four digits; none where it is no number.
    pub losses: [Option<f64>; 3],
    /// The loss of a net that knows nothing.
    pub blind: f64,
    /// What is stuck after each optimizer: how many weights.
    pub stuck: [usize; 2],
    /// Whether it trains, by gradient descent and by Adam.
    pub trains: [bool; 2],
}

/// Trains a subject and all that can be planted in it, on a set of batches: the record is of set 0.
///
/// # Errors
/// What a net says.
pub fn runs(subject: &Subject, seed: u64, set: u64) -> anyhow::Result<Vec<Run>> {
    let (healthy, blind) = (Outcome::of(|| subject.planted(None, seed), set)?, blind(subject, seed, set)?);
    let all = std::iter::once(None).chain(subject.plants.iter().map(Some));
    let run = |plant: Option<&Plant>| {
        let outcome = match plant {
            Some(_) => Outcome::of(|| subject.planted(plant, seed), set)?,
            None => healthy.clone(),
        };
        Ok(Run {
            family: subject.family.into(),
            net: subject.name.into(),
            plant: plant.map(|plant| plant.what.into()),
            seed,
            losses: [outcome.first, outcome.sgd.0, outcome.adam.0].map(rounded),
            stuck: [&outcome.sgd, &outcome.adam].map(|(_, stuck)| stuck.len()),
            blind: rounded(blind).unwrap_or_default(),
            trains: outcome.trains(&healthy, blind),
        })
    };
    all.map(run).collect()
}

fn rounded(loss: f64) -> Option<f64> {
    loss.is_finite().then(|| format!("{loss:.3e}").parse().ok()).flatten()
}
