//! What is known of a parameter once its law is decided.

use candle_core::{DType, Shape};
use counter_rng::Law;

use crate::policy::{Decision, Why};
use crate::rule::Scheme;
use crate::tensor::{Source, element_count, float};
use crate::{Error, Fans, Init, Layer, Result};

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
    /// Resolves a decision at a shape.
    pub(crate) fn new(
        name: &str,
        shape: &Shape,
        dtype: DType,
        decision: &Decision,
    ) -> Result<(Self, Source)> {
        float(dtype)?;
        element_count(shape)?;
        let (source, law) = match &decision.scheme {
            Scheme::Init(init) => {
                let law = law(init, shape, decision.layer)?;
                (Source::Law(law), Some(law))
            }
            Scheme::Custom(custom) => (Source::Custom(custom.clone()), None),
        };
        let record = Self {
            name: name.into(),
            shape: shape.clone(),
            dtype,
            why: decision.why.clone(),
            law: decision.scheme.to_string(),
            layer: decision.layer,
            fans: Fans::new(shape, decision.layer).ok(),
            target_mean: law.map(|law| law.mean()),
            target_std: law.map(|law| law.std()),
        };
        Ok((record, source))
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

/// The law at a shape. A tensor without elements needs no value, so a fan of zero is none of its worries.
fn law(init: &Init, shape: &Shape, layer: Layer) -> Result<Law> {
    match init.law(shape, layer) {
        Err(Error::ZeroFan { .. }) if shape.dims().contains(&0) => Ok(Law::constant(0.0)?),
        other => other,
    }
}
