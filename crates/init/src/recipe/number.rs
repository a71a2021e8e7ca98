//! Where a number of a recipe is found in a config.

use serde::Deserialize;
use serde_json::Value;

use crate::error::Result;
use crate::recipe::config::{Config, kind, refuse};

/// A number that no shape shows: the keys that have it in a `config.json`, and what holds where that is silent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Number {
    /// Spellings of one number, dotted where it is nested.
    pub(crate) keys: Vec<String>,
    /// The value where the config is silent.
    pub(crate) default: Option<Standard>,
    /// Whether a rule that needs it is left out where there is none.
    #[serde(default)]
    pub(crate) optional: bool,
    /// Added to what the config says: layers − 1.
    #[serde(default)]
    pub(crate) plus: f64,
    /// The number that it must be below, as a row is below the number of rows; a negative one is counted from there.
    pub(crate) below: Option<String>,
}

/// What a number is where the config is silent.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Standard {
    Number(f64),
    /// A product of others: `4 * hidden`.
    Product(String),
}

/// What a config says of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Said {
    Number(f64),
    /// `null`.
    None,
    Nothing,
}

impl Number {
    /// What the config says, by whichever spelling; two that differ contradict each other.
    pub(crate) fn said(&self, config: &Config) -> Result<Said> {
        let mut found: Option<(&str, f64)> = None;
        let mut null = false;
        for key in &self.keys {
            let Some(value) = config.get(key) else { continue };
            if value.is_null() {
                null = true;
                continue;
            }
            let number = number(key, value)?;
            match found {
                Some((other, before)) if before != number => {
                    let what = format!("contradicts itself: `{other}` is {before} and `{key}` is {number}");
                    return Err(refuse(what, "one of them, or both with one value, is required"));
                }
                _ => found = Some((key, number)),
            }
        }
        Ok(match found {
            Some((_, number)) => Said::Number(number),
            None if null => Said::None,
            None => Said::Nothing,
        })
    }

    /// Its keys as a message shows them.
    pub(crate) fn spelt(&self) -> String {
        self.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ")
    }
}

fn number(key: &str, value: &Value) -> Result<f64> {
    // transformers takes it for 0.02 in the rule that most models share, and for 0 in those that have a rule of their own.
    if key.ends_with("initializer_range") && value.as_f64() == Some(0.0) {
        return Err(refuse(
            format!("has 0 at `{key}`"),
            "a positive number is required, or none at all, which is 0.02",
        ));
    }
    let number = value.as_f64().filter(|number| number.is_finite());
    number.ok_or_else(|| refuse(format!("has {} at `{key}`", kind(value)), "a finite number is required"))
}
