//! A `config.json`, by dotted keys.

use serde_json::Value;

/// What a config says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config<'a>(pub(crate) &'a Value);

impl<'a> Config<'a> {
    /// The value at a dotted key; a number in it is an index of a list. `null` is a value.
    pub(crate) fn get(self, key: &str) -> Option<&'a Value> {
        key.split('.').try_fold(self.0, |value, part| match value {
            Value::Array(list) => list.get(part.parse::<usize>().ok()?),
            other => other.get(part),
        })
    }

    /// The text at a key.
    pub(crate) fn text(self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::as_str)
    }

    /// The first class that it names.
    pub(crate) fn architecture(self) -> Option<&'a str> {
        self.text("architectures.0")
    }

    /// The dtype of its weights, in either spelling.
    pub(crate) fn dtype(self) -> Option<&'a str> {
        self.text("dtype").or_else(|| self.text("torch_dtype"))
    }

    /// Keys of which nothing is known, dotted where they are nested.
    pub(crate) fn unknown(self, is_known: &dyn Fn(&str) -> Known) -> Vec<String> {
        let mut unknown = Vec::new();
        collect(self.0, "", is_known, &mut unknown);
        unknown
    }
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// What it means.
    Itself,
    /// What keys within it mean.
    Within,
    Nothing,
}

fn collect(value: &Value, path: &str, is_known: &dyn Fn(&str) -> Known, unknown: &mut Vec<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let whole = format!("{path}{key}");
        match is_known(&whole) {
            Known::Itself => {}
            // As deep as the blueprint's own keys are.
            Known::Within => collect(value, &format!("{whole}."), is_known, unknown),
            Known::Nothing => unknown.push(whole),
        }
    }
}
