//! Number of elements.

use candle_core::Shape;

use crate::error::{Error, Result};

/// Number of elements, if memory could have that many.
pub(crate) fn element_count(shape: &Shape) -> Result<usize> {
    // Without the zeros first: candle multiplies an empty shape's other dimensions too, for its strides.
    let filled = shape.dims().iter().filter(|&&dim| dim > 0);
    let product = filled.copied().try_fold(1_usize, usize::checked_mul);
    let count = product.ok_or_else(|| {
        Error::shape("a tensor", shape, "it has more elements than usize counts; use smaller dimensions")
    })?;
    Ok(if shape.dims().contains(&0) { 0 } else { count })
}
