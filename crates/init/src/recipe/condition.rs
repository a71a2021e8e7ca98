//! Whether something holds for a config: the name of a flag, or `!` and its name.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;

use crate::error::Result;
use crate::recipe::config::{Config, kind, refuse};

/// What of the config decides, and what holds where it is silent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Flag {
    keys: Vec<String>,
    default: bool,
}

impl Flag {
    pub(crate) fn value(&self, config: &Config) -> Result<bool> {
        let said = self.keys.iter().filter_map(|key| Some((key, config.get(key)?)));
        match said.into_iter().find(|(_, value)| !value.is_null()) {
            None => Ok(self.default),
            Some((_, Value::Bool(flag))) => Ok(*flag),
            Some((key, other)) => {
                Err(refuse(format!("has {} at `{key}`", kind(other)), "`true` or `false` is required"))
            }
        }
    }
}

/// A flag, or its opposite.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) flag: String,
    pub(crate) holds: bool,
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let flag = text.strip_prefix('!').unwrap_or(text);
        if flag.is_empty() || flag.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            return Err(format!("`{text}` is no condition: write the name of a flag, or `!` and its name"));
        }
        Ok(Self { flag: flag.into(), holds: flag == text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_a_flag_or_its_opposite() {
        let holds = |text: &str| text.parse::<Condition>().ok().map(|condition| condition.holds);
        assert_eq!([holds("tied_2"), holds("!tied_2")], [Some(true), Some(false)]);
        for text in ["", "!", "!!tied", "a b", "tied?", "é"] {
            assert_eq!(holds(text), None, "{text}");
        }
    }
}
