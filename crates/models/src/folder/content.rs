//! What lies beside the tensors: the config, the manifest, the index.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::manifest::Manifest;

/// The name under which the manifest lies beside its model.
pub(crate) const MANIFEST: &str = "candle-init.json";

#[derive(Serialize)]
struct Index<'a> {
    metadata: Totals,
    weight_map: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Totals {
    total_parameters: u64,
    total_size: u64,
}

/// The small files of a model in the order in which they are written: readers look for the last one, the index.
pub(crate) fn documents(manifest: &Manifest) -> Result<Vec<(String, Vec<u8>)>> {
    let mut documents = vec![(MANIFEST.to_string(), manifest.to_json().into_bytes())];
    if let Some(config) = manifest.config() {
        documents.push(("config.json".into(), json(config)?));
    }
    if let [first, _, ..] = manifest.files() {
        let count = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        let metadata =
            Totals { total_parameters: count(manifest.elements()), total_size: count(manifest.bytes()) };
        let mut weight_map = BTreeMap::new();
        for file in manifest.files() {
            weight_map.extend(file.tensors.iter().map(|entry| (entry.name.as_str(), file.name.as_str())));
        }
        let stem = first.name.split_once("-00001-of-").map_or("model", |(stem, _)| stem);
        documents.push((format!("{stem}.safetensors.index.json"), json(&Index { metadata, weight_map })?));
    }
    Ok(documents)
}

/// As transformers writes it: two spaces, a line break at the end.
fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| Error::Document { path: MANIFEST.into(), what: error.to_string() })?;
    Ok((text + "\n").into_bytes())
}
