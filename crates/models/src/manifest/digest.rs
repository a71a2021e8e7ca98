//! The digest of a manifest's content.

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// SHA-256 over the compact JSON of a value, in hexadecimal digits.
pub(crate) fn digest(content: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(HEXLOWER.encode(&Sha256::digest(serde_json::to_vec(content)?)))
}

/// A value with the keys of its objects in order, so that equal configs are the same bytes.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}
