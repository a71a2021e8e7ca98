//! What is required of the numbers that a caller gives.

use crate::error::{Error, Result};

/// # Errors
/// [`Error::Number`] unless `value` is positive and finite.
pub(crate) fn positive(parameter: &'static str, value: f64) -> Result<()> {
    let required = "a positive, finite number";
    require(value > 0.0 && value.is_finite(), Error::Number { parameter, value, required })
}

/// # Errors
/// [`Error::Number`] for a count of 0.
pub(crate) fn at_least_one(parameter: &'static str, count: usize) -> Result<()> {
    require(count > 0, Error::Number { parameter, value: 0.0, required: "at least one" })
}

/// # Errors
/// [`Error::Number`] for a stated number of classes that leaves nothing to tell apart.
pub(crate) fn at_least_two_classes(stated: Option<usize>) -> Result<()> {
    let value = stated.unwrap_or(2);
    let required = "at least two, as of a single logit,";
    require(value >= 2, Error::Number { parameter: "the number of classes", value: value as f64, required })
}

/// # Errors
/// [`Error::NoParameters`] where the number of parameters `of` something is 0.
pub(crate) fn some_parameters(count: usize, of: impl Into<String>) -> Result<()> {
    require(count > 0, Error::NoParameters { of: of.into() })
}

/// # Errors
/// `error` unless something is so.
pub(crate) fn require(is_so: bool, error: Error) -> Result<()> {
    if is_so { Ok(()) } else { Err(error) }
}
