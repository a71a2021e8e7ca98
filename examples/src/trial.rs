//! One network from initialization to the end of training, with what was measured on the way.

use std::fmt;

use anyhow::Result;
use candle_core::{DType, Device};
use candle_init::{Init, Initializer, init, trainable_vars};
use candle_init_probe::{Probe, Verdict};
use candle_nn::{Module, VarMap, loss};

use crate::activation::Activation;
use crate::data::Dataset;
use crate::mlp::{CLASSES, Mlp, Shape};
use crate::progress::Progress;
use crate::set::Set;
use crate::summary::Summary;
use crate::train::{Epoch, Recipe, train};

/// How many training images a network is measured on before training.
const PROBE: usize = 512;

/// What every trial of a run has in common.
#[derive(Debug)]
pub struct Setting {
    /// The nonlinearity.
    pub activation: Activation,
    /// The network's shape.
    pub shape: Shape,
    /// How to train.
    pub recipe: Recipe,
    /// The training set on the device.
    pub train: Set,
    /// The test set on the device.
    pub test: Set,
}

impl Setting {
    /// Copies `data` to `device`.
    ///
    /// # Errors
    /// As candle's own operations, for example a device that ran out of memory.
    pub fn new(
        activation: Activation,
        shape: Shape,
        recipe: Recipe,
        data: &Dataset,
        device: &Device,
    ) -> Result<Self> {
        let (train, test) = (Set::new(&data.train, device)?, Set::new(&data.test, device)?);
        Ok(Self { activation, shape, recipe, train, test })
    }

    /// How many steps a trial takes.
    ///
    /// # Errors
    /// If the training set is malformed, which [`Set::new`] never makes.
    pub fn steps(&self) -> Result<usize> {
        Ok(self.recipe.epochs * self.train.count()?.div_ceil(self.recipe.batch))
    }
}

/// A network at its start.
pub struct Trial {
    /// The rules that its weights came from.
    pub initializer: Initializer,
    /// Its variables.
    pub vars: VarMap,
    /// Whether it will train, before its first step.
    pub verdict: Verdict,
    /// The verdict in a few numbers.
    pub summary: Summary,
    net: Mlp,
}

impl Trial {
    /// Builds and measures the network whose weights follow `initializer`; its biases are 0.
    ///
    /// # Errors
    /// If the initializer does not fit a parameter, or as candle's own operations.
    pub fn new(setting: &Setting, initializer: Init) -> Result<Self> {
        let (initializer, vars) = (rules(setting.recipe.seed, initializer), VarMap::new());
        let vb = initializer.var_builder(&vars, DType::F32, setting.train.images.device());
        let net = Mlp::new(vb, setting.shape, setting.activation)?;
        let batch = setting.train.slice(0, PROBE)?;
        let probe = Probe::new(&vars).initializer(&initializer).classes(CLASSES);
        let loss = |images: &_| loss::cross_entropy(&net.forward(images)?, &batch.labels);
        let verdict = probe.check(&batch.images, loss)?;
        let summary = Summary::of(&verdict);
        Ok(Self { initializer, vars, verdict, summary, net })
    }

    /// Trains the network.
    ///
    /// # Errors
    /// As candle's own operations.
    pub fn train(&self, setting: &Setting, progress: &Progress) -> Result<Vec<Epoch>> {
        // In name order: candle's own order of variables changes from run to run.
        let vars = trainable_vars(&self.vars);
        train(&self.net, vars, [&setting.train, &setting.test], &setting.recipe, progress)
    }

    /// The loss before training, then that of each of `epochs`.
    #[must_use]
    pub fn losses(&self, epochs: &[Epoch]) -> Vec<f64> {
        let after = epochs.iter().map(|epoch| epoch.loss);
        std::iter::once(self.summary.loss).chain(after).collect()
    }
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // candle's map of variables cannot be shown.
        f.debug_struct("Trial").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

/// The programs' rules: one initializer for all weights, zero for all biases.
#[must_use]
pub fn rules(seed: u64, initializer: Init) -> Initializer {
    Initializer::new(seed).rule("*.bias", init::ZEROS).weights(initializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Method;

    fn setting(depth: usize) -> Setting {
        let data = Dataset::load(None, 1).unwrap();
        let shape = Shape { inputs: data.train.size, width: 32, depth };
        let recipe = Recipe { method: Method::AdamW, lr: 1e-3, epochs: 1, batch: 64, noise: 0.1, seed: 1 };
        Setting::new(Activation::Relu, shape, recipe, &data, &Device::Cpu).unwrap()
    }

    #[test]
    fn two_runs_agree_to_the_bit() {
        let losses = || {
            let setting = setting(3);
            let trial = Trial::new(&setting, init::HE_NORMAL).unwrap();
            trial.losses(&trial.train(&setting, &Progress::quiet(1, "test")).unwrap())
        };
        assert_eq!(losses(), losses());
    }

    #[test]
    fn initializers_are_told_apart_by_what_they_do() {
        let setting = setting(30);
        let finding = |initializer| Trial::new(&setting, initializer).unwrap().summary.finding;
        assert_eq!(finding(init::ZEROS), "zero product");
        assert_eq!(finding(Init::Const(0.01)), "symmetric");
        assert_eq!(finding(Init::Randn { mean: 0., stdev: 1e-3 }), "vanishing");
        assert_eq!(finding(Init::Randn { mean: 0., stdev: 2. }), "exploding");
        assert_eq!(finding(init::HE_NORMAL), "healthy");
    }
}
