//! A blueprint as a file has it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::blueprint::expression::Expression;
use crate::blueprint::line::Line;
use crate::error::{Error, Result};

/// What a TOML file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    family: String,
    model_types: Vec<String>,
    source: String,
    architectures: Vec<String>,
    default_architecture: String,
    /// Of an architecture that is the others without their heads: what the names of its tensors begin with in them.
    #[serde(default)]
    bases: BTreeMap<String, String>,
    #[serde(default)]
    numbers: BTreeMap<String, Quantity>,
    #[serde(default)]
    flags: BTreeMap<String, Quantity>,
    #[serde(default)]
    loops: BTreeMap<String, String>,
    #[serde(default)]
    ignored: BTreeSet<String>,
    tensors: Vec<Vec<String>>,
    /// Patterns of names, and the dtype of what they match.
    #[serde(default)]
    dtypes: Vec<(String, String)>,
}

/// Where a number or a flag is found.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quantity {
    /// Spellings of one key, the first that has a value counts.
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    /// Keys of lists and objects whose lengths it is, before all others.
    #[serde(default)]
    pub(crate) counts: Vec<String>,
    /// What it is by others.
    #[serde(alias = "when")]
    pub(crate) value: Option<Given>,
    /// What it is where the config is silent.
    pub(crate) default: Option<Given>,
    /// What it is where the config says `null`.
    pub(crate) null: Option<Given>,
}

/// A value that is given, or how it is calculated.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Given {
    Number(i64),
    Truth(bool),
    Text(String),
}

/// A blueprint that was read.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) family: String,
    pub(crate) model_types: Vec<String>,
    pub(crate) source: String,
    pub(crate) architectures: Vec<String>,
    pub(crate) default_architecture: String,
    pub(crate) bases: BTreeMap<String, String>,
    pub(crate) quantities: BTreeMap<String, Quantity>,
    pub(crate) loops: BTreeMap<String, Expression>,
    pub(crate) lines: Vec<Line>,
    pub(crate) dtypes: Vec<(candle_init_checkpoint::Glob, candle_init_checkpoint::Dtype)>,
    /// Every key of a config that is spoken of.
    pub(crate) known: BTreeSet<String>,
}

impl File {
    /// Reads a file.
    pub(crate) fn read(text: &str) -> Result<Self> {
        if let Some(byte) = candle_init::too_deep(text) {
            let reason = format!("lists and tables stand in one another more than 64 deep at byte {byte}");
            return Err(wrong("a file that is none", "its text", reason));
        }
        let raw: Raw = basic_toml::from_str(text)
            .map_err(|error| wrong("a file that is none", "its text", error.to_string()))?;
        let family = raw.family.clone();
        raw.parsed().map_err(|(at, reason)| wrong(&family, &at, reason))
    }
}

fn wrong(family: &str, at: &str, reason: impl Into<String>) -> Error {
    Error::Blueprint { family: family.into(), at: at.into(), reason: reason.into() }
}

type Mistake = (String, String);

fn expression(text: &str) -> Result<Expression, Mistake> {
    text.parse().map_err(|reason| (text.to_string(), reason))
}

impl Raw {
    fn parsed(self) -> Result<File, Mistake> {
        let mut known = self.ignored;
        let mut keys = Vec::new();
        let mut quantities = self.numbers;
        for (name, flag) in self.flags {
            if quantities.insert(name.clone(), flag).is_some() {
                return Err((name, "is a number and a flag".into()));
            }
        }
        for quantity in quantities.values() {
            known.extend(quantity.keys.iter().chain(&quantity.counts).cloned());
            for given in [&quantity.value, &quantity.default, &quantity.null].into_iter().flatten() {
                if let Given::Text(text) = given {
                    expression(text)?.keys(&mut keys);
                }
            }
        }
        let loops = self.loops.into_iter().map(|(name, text)| Ok((name, expression(&text)?)));
        let loops: BTreeMap<_, _> = loops.collect::<Result<_, Mistake>>()?;
        loops.values().for_each(|count| count.keys(&mut keys));
        let lines =
            self.tensors.iter().map(|texts| Line::read(texts, &loops)).collect::<Result<Vec<_>, _>>()?;
        lines.iter().for_each(|line| line.keys(&mut keys));
        known.extend(keys);
        let dtypes = self.dtypes.iter().map(|(pattern, dtype)| {
            let glob =
                candle_init_checkpoint::Glob::new(pattern).map_err(|reason| (pattern.clone(), reason))?;
            let dtype = serde_json::from_value(dtype.as_str().into());
            Ok((glob, dtype.map_err(|error| (pattern.clone(), error.to_string()))?))
        });
        Ok(File {
            family: self.family,
            model_types: self.model_types,
            source: self.source,
            architectures: self.architectures,
            default_architecture: self.default_architecture,
            bases: self.bases,
            dtypes: dtypes.collect::<Result<_, Mistake>>()?,
            quantities,
            loops,
            lines,
            known,
        })
    }
}
