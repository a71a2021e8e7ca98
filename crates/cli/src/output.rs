//! Data on standard output.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;

/// The version of what `--json` prints.
const SCHEMA: u32 = 1;

/// A text and a line break.
pub(crate) fn say(text: impl std::fmt::Display) -> Result<(), Failure> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

/// JSON, with the version of its form.
pub(crate) fn say_json(content: &impl Serialize) -> Result<(), Failure> {
    let mut value = json!({"schema": SCHEMA});
    if let (Value::Object(all), Value::Object(content)) = (&mut value, serde_json::to_value(content)?) {
        all.extend(content);
    }
    say(serde_json::to_string_pretty(&value)?)
}
