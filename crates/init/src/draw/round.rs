//! Rounding to the dtype of a parameter.

use counter_rng::Element;

use crate::draw::parameter::Parameter;
use crate::error::{Error, Result};

/// One value rounded to the dtype, which must have it.
pub(crate) fn round<T: Element>(value: f64, index: usize, parameter: &Parameter<'_>) -> Result<T> {
    if value.is_nan() || value.abs() > T::MAX {
        return Err(Error::Value { dtype: parameter.dtype, index, value });
    }
    Ok(T::nearest(value))
}
