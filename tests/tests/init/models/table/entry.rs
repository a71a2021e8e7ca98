//! One model of the table: how it is built and run.

use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Initializer, init};
use candle_nn::VarBuilder;

/// How a model is built, and run if asked to.
pub(super) type Run = Box<dyn Fn(VarBuilder<'static>, bool) -> Result<Option<Tensor>>>;

/// A model of the table.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// The family of its recipe, with the config for that.
    pub(super) recipe: Option<(&'static str, &'static str)>,
    /// Whether its last output is over a vocabulary.
    pub(super) language: bool,
    /// Builds it, and runs it if asked to.
    pub(super) run: Run,
    /// Whether it has its published size, so that it is planned only.
    pub(super) large: bool,
    /// What it must be told besides.
    pub(super) told: fn(Initializer) -> Initializer,
}

impl Entry {
    /// A small model that need not be told anything.
    pub(super) fn small(
        name: &'static str,
        recipe: Option<(&'static str, &'static str)>,
        run: impl Fn(VarBuilder<'static>, bool) -> Result<Option<Tensor>> + 'static,
    ) -> Self {
        Self { name, recipe, language: false, run: Box::new(run), large: false, told: |init| init }
    }

    /// The same, with an output over a vocabulary.
    pub(super) fn language(self) -> Self {
        Self { language: true, ..self }
    }

    /// The same, of its published size.
    pub(super) fn full_size(self) -> Self {
        Self { large: true, ..self }
    }

    /// The same, told more.
    pub(super) fn told(self, told: fn(Initializer) -> Initializer) -> Self {
        Self { told, ..self }
    }
}

/// Seven tokens of one sentence.
pub(super) fn tokens() -> Result<Tensor> {
    Tensor::arange(1_u32, 8, &Device::Cpu)?.unsqueeze(0)
}

/// Standard normal pixels.
pub(super) fn image(side: usize) -> Result<Tensor> {
    Ok(Initializer::new(5).tensor(
        "image",
        (1, 3, side, side),
        init::normal(0.0, 1.0),
        DType::F32,
        &Device::Cpu,
    )?)
}

/// Builds a model and, if asked to, runs it.
pub(super) fn built<M>(
    model: Result<M>,
    run: bool,
    forward: impl FnOnce(&mut M) -> Result<Tensor>,
) -> Result<Option<Tensor>> {
    let mut model = model?;
    run.then(|| forward(&mut model)).transpose()
}
