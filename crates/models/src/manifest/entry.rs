//! A file of a model, and its tensors.

use std::collections::HashMap;

use candle_init::{Growth, Rule};
use candle_init_checkpoint::Dtype;
use serde::{Deserialize, Serialize};

/// A file of a model, and its tensors in the order of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct File {
    /// Its name within the folder.
    pub name: String,
    /// What is in it.
    pub tensors: Vec<Entry>,
}

/// A tensor, and how it is made: by a rule, or from a checkpoint, or its first rows from there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// What it is drawn by, or the rows are that its checkpoint lacks, with the layer kind where the shape would mislead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The tensor that it is loaded from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Stored>,
    /// Why it has this rule, or what was loaded.
    pub why: String,
}

/// A tensor of a checkpoint that gives another its values, converted to its dtype.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Stored {
    /// The file.
    pub file: String,
    /// The tensor's name there.
    pub tensor: String,
    /// Its dtype there.
    pub dtype: Dtype,
    /// Where it has fewer rows: how many, and what the others are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grown: Option<Grown>,
}

/// Rows that a checkpoint has of a tensor, and how the others start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Grown {
    /// The rows that it has.
    pub rows: usize,
    /// How the others start.
    pub by: Growth,
}

impl Entry {
    /// How many values it has.
    #[must_use]
    pub fn elements(&self) -> u128 {
        self.shape.iter().map(|&dim| dim as u128).product()
    }

    /// That a rule or a tensor gives its values, and a rule alone those that both would.
    pub(crate) fn has_one_source(&self) -> bool {
        let by_rule = match &self.from {
            Some(stored) => stored.grown.is_some_and(|grown| grown.by == Growth::Rule),
            None => true,
        };
        by_rule == self.rule.is_some()
    }
}

impl File {
    /// Its tensors by name.
    pub(crate) fn index(&self) -> HashMap<&str, &Entry> {
        self.tensors.iter().map(|entry| (entry.name.as_str(), entry)).collect()
    }

    /// Whether some of its values lie in a checkpoint.
    pub(crate) fn loads(&self) -> bool {
        self.tensors.iter().any(|entry| entry.from.is_some())
    }
}
