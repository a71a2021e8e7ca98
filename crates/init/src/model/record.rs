//! What is known of a parameter once its law is decided.

use candle_core::{DType, Shape};

use crate::draw::haar::Haar;
use crate::draw::resolved::Source;
use crate::layer::Fans;
use crate::layer::Layer;
use crate::policy::{Decision, Reason};

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
    /// Reason it got its law.
    pub reason: Reason,
    /// The law with its modifiers in text form; a custom law's name.
    pub law: String,
    /// The layer kind that its fans were computed for.
    pub layer: Layer,
    /// Its fans, where it has any.
    pub fans: Option<Fans>,
    /// The expectation of its values, where it is known without drawing them.
    pub target_mean: Option<f64>,
    /// The standard deviation of its values, where it is known without drawing them.
    pub target_std: Option<f64>,
    /// The orthogonal matrices that it is made of.
    pub(crate) haar: Option<Haar>,
}

impl Record {
    /// A decision, with the numbers of its law at the shape.
    pub(crate) fn new(name: &str, shape: &Shape, dtype: DType, decision: &Decision, source: &Source) -> Self {
        let moments = source.moments();
        Self {
            name: name.into(),
            shape: shape.clone(),
            dtype,
            reason: decision.reason.clone(),
            law: decision.rule.to_string(),
            layer: decision.layer,
            fans: Fans::new(shape, decision.layer).ok(),
            target_mean: moments.map(|(mean, _)| mean),
            target_std: moments.map(|(_, std)| std),
            haar: if let Source::Haar(haar) = source { Some(haar.clone()) } else { None },
        }
    }

    /// A parameter that this crate did not make.
    pub(crate) fn foreign(name: &str, shape: &Shape, dtype: DType) -> Self {
        let (layer, reason) = (Layer::of_shape(shape), Reason::Foreign);
        let fans = Fans::new(shape, layer).ok();
        let (name, law) = (name.into(), "?".into());
        let shape = shape.clone();
        Self { name, shape, dtype, reason, law, layer, fans, target_mean: None, target_std: None, haar: None }
    }

    /// The fans as a table shows them, with the layer kind that they were computed for: `linear 784 → 256`.
    #[must_use]
    pub(crate) fn fans_text(&self) -> String {
        let text = |fans: Fans| format!("{} {} → {}", self.layer, fans.fan_in, fans.fan_out);
        self.fans.map_or_else(String::new, text)
    }
}
