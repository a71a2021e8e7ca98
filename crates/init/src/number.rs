//! Checks of numbers.

use crate::error::{Error, Result};

/// The value, if it is finite.
pub(crate) fn finite(parameter: &'static str, value: f64) -> Result<f64> {
    check(parameter, value, value.is_finite(), "a finite number")
}

/// The value, if it is positive and finite.
pub(crate) fn positive(parameter: &'static str, value: f64) -> Result<f64> {
    check(parameter, value, value > 0.0 && value.is_finite(), "a positive, finite number")
}

/// A number as a message says it: no more digits than it needs, and powers of ten where it is very large or small.
pub(crate) fn said(value: f64) -> String {
    match value.abs() {
        0.0 | 1e-5..1e16 => value.to_string(),
        _ => format!("{value:e}"),
    }
}

/// The value, if the condition holds, else what is required.
pub(crate) fn check(parameter: &'static str, value: f64, holds: bool, required: &'static str) -> Result<f64> {
    if holds { Ok(value) } else { Err(Error::Number { parameter, value, required }) }
}
