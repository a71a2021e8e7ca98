//! The digits that the page carries, for its script.

use anyhow::{Context, Result};
use serde::Serialize;

use super::bench::Bench;

/// How many digits the page carries.
const IMAGES: usize = 128;

/// Images in few letters: each pixel is a letter that numbers one of the few values there are.
#[derive(Debug, Serialize)]
struct Digits {
    size: usize,
    values: Vec<f32>,
    pixels: String,
    labels: String,
}

/// The first digits of the batch as JSON.
///
/// # Errors
/// If there are more values than letters, or as candle's own operations.
pub(super) fn json(bench: &Bench) -> Result<String> {
    let all = bench.set.images.flatten_all()?.to_vec1::<f32>()?;
    let mut values = all.clone();
    values.sort_by(f32::total_cmp);
    values.dedup();
    let letter = |value: &f32| {
        let index = values.iter().position(|other| other == value)?;
        char::from_digit(index as u32, 36)
    };
    let set = bench.set.slice(0, IMAGES)?;
    let pixels = set.images.flatten_all()?.to_vec1::<f32>()?;
    let pixels = pixels.iter().map(letter).collect::<Option<_>>().context("a pixel without a letter")?;
    let labels = set.labels.to_vec1::<u32>()?.iter().map(ToString::to_string).collect();
    Ok(serde_json::to_string(&Digits { size: bench.inputs, values, pixels, labels })?)
}
