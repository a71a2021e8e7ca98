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

/// The value, if the condition holds, else what is required.
pub(crate) fn check(parameter: &'static str, value: f64, holds: bool, required: &'static str) -> Result<f64> {
    if holds { Ok(value) } else { Err(Error::Number { parameter, value, required }) }
}
