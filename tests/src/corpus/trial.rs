//! A net with its loss and its batches, ready to be checked and trained.

use std::fmt;

use candle_core::{DType, Device, Result, Tensor};
use candle_init::Initializer;
use candle_init_probe::{Probe, Rehearsal, Verdict, noise, tokens};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, SGD, VarBuilder, VarMap};

/// From a batch to the loss.
pub(super) type Loss = Box<dyn Fn(&Tensor) -> Result<Tensor>>;

/// What a net is fed with.
#[derive(Clone, Copy, Debug)]
pub enum Batches {
    /// Standard normal vectors.
    Vectors(usize, usize),
    /// Images of four quarters, with noise: samples, channels, height and width.
    Images(usize, usize, usize),
    /// Rows of tokens: samples, length, vocabulary.
    Tokens(usize, usize, u32),
    /// Series of vectors: samples, length, width.
    Series(usize, usize, usize),
}

impl Batches {
    /// The batch of a training step.
    ///
    /// # Errors
    /// What the probe says.
    pub fn batch(self, step: u64) -> candle_init_probe::Result<Tensor> {
        match self {
            Self::Vectors(samples, width) => noise((samples, width), step, &Device::Cpu),
            Self::Images(samples, channels, size) => {
                // Four even quarters under half as much noise.
                let quarters = noise((samples, channels, 2, 2), step, &Device::Cpu)?;
                let fine = noise((samples, channels, size, size), step, &Device::Cpu)?;
                Ok((quarters.upsample_nearest2d(size, size)? + (fine * 0.5)?)?)
            }
            Self::Tokens(samples, length, vocabulary) => {
                tokens((samples, length), vocabulary, step, &Device::Cpu)
            }
            Self::Series(samples, length, width) => noise((samples, length, width), step, &Device::Cpu),
        }
    }
}

/// A net that was built, with all that training it needs.
pub struct Trial {
    /// Its parameters.
    pub vars: VarMap,
    /// What made them.
    pub init: Initializer,
    /// Its loss.
    pub loss: Loss,
    /// Its batches.
    pub batches: Batches,
    /// How many classes its loss tells apart.
    pub classes: Option<usize>,
    /// The learning rates of plain gradient descent and of Adam.
    pub rates: (f64, f64),
    /// What trains, where not all does: a pattern.
    pub only: Option<&'static str>,
}

impl Trial {
    /// A net of `init`, built by `build`.
    ///
    /// # Errors
    /// What the net says.
    pub fn new(
        init: Initializer,
        batches: Batches,
        build: impl FnOnce(VarBuilder<'static>) -> Result<Loss>,
    ) -> anyhow::Result<Self> {
        let vars = VarMap::new();
        let loss = build(init.var_builder(&vars, DType::F32, &Device::Cpu))?;
        Ok(Self { vars, init, loss, batches, classes: None, rates: (0.1, 3e-3), only: None })
    }

    /// Its loss tells this many classes apart.
    #[must_use]
    pub fn classes(mut self, classes: usize) -> Self {
        self.classes = Some(classes);
        self
    }

    /// Its learning rates.
    #[must_use]
    pub fn rates(mut self, sgd: f64, adam: f64) -> Self {
        self.rates = (sgd, adam);
        self
    }

    /// Only the parameters that match are trained.
    #[must_use]
    pub fn only(mut self, pattern: &'static str) -> Self {
        self.only = Some(pattern);
        self
    }

    /// The verdict of the probe, which is told what its user knows: the initializer where `rules` says so.
    ///
    /// # Errors
    /// What the probe says.
    pub fn verdict(&self, rules: bool) -> candle_init_probe::Result<Verdict> {
        // Where nothing is said, what does not train is a note.
        let probe = if rules { self.probe() } else { Probe::new(&self.vars) };
        let probe = self.classes.map_or(probe.clone(), |classes| probe.classes(classes));
        probe.check(&self.batches.batch(7)?, |x| (self.loss)(x))
    }

    /// What the probe's rehearsal shows, by gradient descent and by Adam, on batches that training is not given.
    ///
    /// # Errors
    /// What the probe says.
    pub fn rehearsals(&self, steps: usize) -> candle_init_probe::Result<[Rehearsal; 2]> {
        let probe = self.probe();
        let loss = |step: usize| (self.loss)(&self.batches.batch(10_000 + step as u64)?);
        let adam = ParamsAdamW { lr: self.rates.1, weight_decay: 0.0, ..ParamsAdamW::default() };
        let by_descent = probe.rehearse(steps, loss, |vars| SGD::new(vars, self.rates.0))?;
        Ok([by_descent, probe.rehearse(steps, loss, |vars| AdamW::new(vars, adam.clone()))?])
    }

    /// A probe that knows the initializer, and what trains.
    fn probe(&self) -> Probe<'_> {
        let probe = Probe::new(&self.vars).initializer(&self.init);
        self.only.map_or(probe.clone(), |only| probe.only(only))
    }
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").field("init", &self.init).finish_non_exhaustive()
    }
}
