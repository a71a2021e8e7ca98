//! One request of a layer: everything that a decision about a parameter may depend on.

use std::collections::BTreeMap;

use candle_core::Shape;
use candle_nn::Init as Hint;

use crate::error::{Error, Result};

/// What a whole model asks for, by name, from its plan.
pub(crate) type Shapes = BTreeMap<String, Planned>;

/// A parameter of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) shape: Shape,
    /// That of the first request.
    pub(crate) hint: Hint,
}

/// What a layer asks for. Never what was asked before: the order in which a model is built decides nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) name: &'a str,
    pub(crate) shape: &'a Shape,
    pub(crate) hint: Hint,
    /// The rest of the model, where it has been planned.
    pub(crate) model: Option<&'a Shapes>,
}

/// Another parameter of the same layer, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sibling {
    /// The model has it.
    Found(Shape),
    /// The model does not have it.
    Absent,
    /// The model has not been planned.
    Unknown,
}

/// What a layer's weight is called, and the direction of one that is normalized, before and since PyTorch's parametrizations.
const WEIGHTS: [&str; 3] = ["weight", "weight_v", "parametrizations.weight.original1"];

impl Request<'_> {
    /// That candle could make it too. Models decide by what candle refuses: a kernel without extent is a layer that is not
    /// there.
    pub(crate) fn possible(&self) -> Result<()> {
        match self.hint {
            Hint::Kaiming { fan, .. } if fan.for_shape(self.shape) == 0 => Err(Error::Impossible),
            _ => Ok(()),
        }
    }

    /// The part of the path after the last dot.
    pub(crate) fn last(&self) -> &str {
        last(self.name)
    }

    /// The parameter of this name beside it.
    pub(crate) fn sibling(&self, name: &str) -> Sibling {
        let Some(model) = self.model else { return Sibling::Unknown };
        model.get(&self.beside(name)).map_or(Sibling::Absent, |other| Sibling::Found(other.shape.clone()))
    }

    /// The weight of the same layer: under weight normalization, its direction.
    pub(crate) fn weight(&self) -> Sibling {
        let found = WEIGHTS.iter().map(|name| self.sibling(name)).find(|found| *found != Sibling::Absent);
        found.unwrap_or(Sibling::Absent)
    }

    /// The path of another parameter of the same layer.
    pub(crate) fn beside(&self, name: &str) -> String {
        beside(self.name, name)
    }
}

/// A path with another last part.
pub(crate) fn beside(path: &str, name: &str) -> String {
    format!("{}{name}", path.strip_suffix(last(path)).unwrap_or_default())
}

/// The part of a path after its last dot.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
