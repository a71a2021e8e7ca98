//! How a net is built and how it starts.

use candle_init::{Init, Initializer, Rule, init};

use super::bend::Bend;

/// A net's shape and the laws of its parameters.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) bend: Bend,
    /// Hidden layers.
    pub(super) depth: usize,
    weights: Rule,
    /// The law of the first layer, where it is another: it reads images, which no activation has changed.
    first: Option<Rule>,
    biases: Init,
}

impl Start {
    /// A net of `depth` hidden layers whose weights follow `weights`; its biases are 0.
    pub(super) fn new(bend: Bend, depth: usize, weights: impl Into<Rule>) -> Self {
        Self { bend, depth, weights: weights.into(), first: None, biases: init::ZEROS }
    }

    /// With another law for the first layer.
    pub(super) fn first(self, law: impl Into<Rule>) -> Self {
        Self { first: Some(law.into()), ..self }
    }

    /// With another law for all biases.
    pub(super) fn biases(self, biases: Init) -> Self {
        Self { biases, ..self }
    }

    /// The initializer of these laws.
    pub(super) fn initializer(&self, seed: u64) -> Initializer {
        let laws = Initializer::new(seed).rule("*.bias", self.biases);
        let laws = match &self.first {
            Some(first) => laws.rule("fc0.weight", first.clone()),
            None => laws,
        };
        laws.weights(self.weights.clone())
    }
}
