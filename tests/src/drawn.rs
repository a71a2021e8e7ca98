//! Parameters drawn one by one, as plain numbers.

use candle_core::{DType, Device, Shape};
use candle_init::{Initializer, Result, Rule};

use crate::values::values;

/// The values of one parameter under seed 1.
///
/// # Errors
/// What is wrong with the rule.
pub fn drawn(name: &str, dims: &[usize], rule: impl Into<Rule>, dtype: DType) -> Result<Vec<f64>> {
    let tensor = Initializer::new(1).tensor(name, Shape::from(dims), rule, dtype, &Device::Cpu)?;
    Ok(values(&tensor)?)
}

/// The values of the f32 parameter `w`.
///
/// # Errors
/// As [`drawn`].
pub fn singles(dims: &[usize], rule: impl Into<Rule>) -> Result<Vec<f64>> {
    drawn("w", dims, rule, DType::F32)
}

/// The error of a rule that is read from text and refused, at a shape.
///
/// # Panics
/// Where the rule is accepted.
#[must_use]
pub fn refusal(dims: &[usize], text: &str) -> String {
    let error = text.parse::<Rule>().and_then(|rule| singles(dims, rule)).err();
    assert!(error.is_some(), "{text} is accepted at {dims:?}");
    error.map_or_else(String::new, |error| error.to_string())
}

/// The largest distance of `AᵀA` from `gain²·I` for the row-major `rows × cols` matrix `A`, taken along its
/// shorter side.
#[must_use]
pub fn unorthogonality(matrix: &[f64], rows: usize, cols: usize, gain: f64) -> f64 {
    let at = |short: usize, long: usize| match rows >= cols {
        true => matrix[long * cols + short],
        false => matrix[short * cols + long],
    };
    let (short, long) = (rows.min(cols), rows.max(cols));
    let dot = |a: usize, b: usize| (0..long).map(|i| at(a, i) * at(b, i)).sum::<f64>();
    let pairs = (0..short).flat_map(|a| (0..=a).map(move |b| (a, b)));
    pairs.map(|(a, b)| (dot(a, b) - if a == b { gain * gain } else { 0.0 }).abs()).fold(0.0, f64::max)
}
