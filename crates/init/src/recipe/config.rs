//! A `config.json`: where a recipe finds the numbers that no shape shows.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// What a `config.json` says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config(Map<String, Value>);

impl Config {
    /// # Errors
    /// [`Error::Config`] for what is no JSON object, saying what it seems to be.
    pub(crate) fn read(text: &str) -> Result<Self> {
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(other) => Err(refuse(format!("is {}", kind(&other)), OBJECT)),
            Err(error) => Err(refuse(format!("is not JSON ({})", seems(text, &error)), OBJECT)),
        }
    }

    /// The value at a key, dotted for nested ones; of a list the number of an item is its key.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
        rest.into_iter().flat_map(|rest| rest.split('.')).try_fold(self.0.get(first)?, |value, key| {
            value.get(key).or_else(|| value.get(key.parse::<usize>().ok()?))
        })
    }

    /// The text at a key.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// The config of a part of the model; without one, a config that is silent.
    pub(crate) fn part(&self, key: &str) -> Result<Self> {
        match self.get(key) {
            None | Some(Value::Null) => Ok(Self::default()),
            Some(Value::Object(object)) => Ok(Self(object.clone())),
            Some(other) => Err(refuse(
                format!("has {} at `{key}`", kind(other)),
                "the config of a part of the model is required",
            )),
        }
    }
}

const OBJECT: &str =
    "the text of a `config.json` is required, a JSON object such as `{\"model_type\": \"llama\"}`";

/// That something is wrong with a config.
pub(crate) fn refuse(what: String, required: impl Into<String>) -> Error {
    Error::Config { what, required: required.into() }
}

/// What a JSON value is, in words.
pub(crate) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => format!("{flag}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text \"{text}\""),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

/// What a text that is no JSON seems to be.
fn seems(text: &str, error: &serde_json::Error) -> String {
    let start = text.trim_start();
    if start.is_empty() {
        return "it is empty".into();
    }
    if !start.contains('\n') && start.trim_end().ends_with(".json") {
        return "it is a path: read the file first, by `std::fs::read_to_string`".into();
    }
    if start.starts_with('<') {
        return "it is a page, not the file that it shows".into();
    }
    if start.starts_with("version https://git-lfs") {
        return "it is a pointer to the file, which `git lfs pull` fetches".into();
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_object_at_its_key() {
        let config = Config::read(r#"{"text": {"size": 7}, "none": null, "list": [1]}"#).unwrap_or_default();
        assert_eq!(config.part("text").ok().and_then(|part| part.get("size").cloned()), Some(7.into()));
        assert!(config.part("none").is_ok_and(|part| part.get("size").is_none()));
        assert!(config.part("other").is_ok_and(|part| part.get("size").is_none()));
        assert!(config.part("list").is_err_and(|error| error.to_string().contains("at `list`")));
    }
}
