//! What is known of a parameter once its law is decided.

use candle_core::{DType, Shape};
use counter_rng::Law;

use crate::policy::{Decision, Why};
use crate::tensor::Source;
use crate::{Fans, Layer};

/// One parameter: what was asked, what it got and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The full dotted path.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Its dtype.
    pub dtype: DType,
    /// Why it got its law.
    pub why: Why,
    /// The law in text form; a custom law's name.
    pub law: String,
    /// The layer kind that its fans were computed for.
    pub layer: Layer,
    /// Its fans, where it has any.
    pub fans: Option<Fans>,
    /// The expectation of its values; `None` for a custom law.
    pub target_mean: Option<f64>,
    /// The standard deviation of its values; `None` for a custom law.
    pub target_std: Option<f64>,
}

impl Record {
    /// A decision, with the numbers of its law at the shape.
    pub(crate) fn new(name: &str, shape: &Shape, dtype: DType, decision: &Decision, source: &Source) -> Self {
        let law = match source {
            Source::Law(law) => Some(law),
            Source::Custom(_) => None,
        };
        Self {
            name: name.into(),
            shape: shape.clone(),
            dtype,
            why: decision.why.clone(),
            law: decision.scheme.to_string(),
            layer: decision.layer,
            fans: Fans::new(shape, decision.layer).ok(),
            target_mean: law.map(Law::mean),
            target_std: law.map(Law::std),
        }
    }

    /// A parameter that this crate did not make.
    pub(crate) fn foreign(name: &str, shape: &Shape, dtype: DType) -> Self {
        let (layer, why) = (Layer::of_shape(shape), Why::Foreign);
        let fans = Fans::new(shape, layer).ok();
        let (name, law) = (name.into(), "?".into());
        Self { name, shape: shape.clone(), dtype, why, law, layer, fans, target_mean: None, target_std: None }
    }

    /// The fans as a table shows them: `784 → 256`.
    #[must_use]
    pub(crate) fn fans_text(&self) -> String {
        self.fans.map_or_else(String::new, |fans| format!("{} → {}", fans.fan_in, fans.fan_out))
    }
}
