//! How a net is built and how it starts.

use candle_init::{Init, Initializer, Rule, init};

use super::bend::Bend;

/// A net's shape and the initializers of its parameters.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) bend: Bend,
    /// Hidden layers.
    pub(super) depth: usize,
    weights: Rule,
    /// The initializer of the first layer, where it is another: it reads images, which no activation has changed.
    first: Option<Rule>,
    biases: Init,
}

impl Start {
    /// A net of `depth` hidden layers whose weights follow `weights`; its biases are 0.
    pub(super) fn new(bend: Bend, depth: usize, weights: impl Into<Rule>) -> Self {
        Self { bend, depth, weights: weights.into(), first: None, biases: init::ZEROS }
    }

    /// With another initializer for the first layer.
    pub(super) fn first(self, initializer: impl Into<Rule>) -> Self {
        Self { first: Some(initializer.into()), ..self }
    }

    /// With another initializer for all biases.
    pub(super) fn biases(self, biases: Init) -> Self {
        Self { biases, ..self }
    }

    /// The initializer of this start.
    pub(super) fn initializer(&self, seed: u64) -> Initializer {
        let initializer = Initializer::new(seed).rule("*.bias", self.biases);
        let initializer = match &self.first {
            Some(first) => initializer.rule("fc0.weight", first.clone()),
            None => initializer,
        };
        initializer.weights(self.weights.clone())
    }
}
