//! The parameter that values are made for.

use candle_core::{DType, Shape};
use counter_rng::{Purpose, Stream};

use crate::error::Error;
use crate::error::Result;
use crate::layer::Layer;

/// One parameter, or one block of it: everything that decides its values besides the rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) seed: u64,
    pub(crate) name: &'a str,
    pub(crate) shape: &'a Shape,
    pub(crate) layer: Layer,
    pub(crate) dtype: DType,
}

impl Target<'_> {
    pub(crate) fn stream(&self, purpose: Purpose) -> Stream {
        Stream::with_purpose(self.seed, self.name, purpose)
    }

    /// Number of elements, which [`element_count`] has found to exist.
    pub(crate) fn elements(&self) -> usize {
        self.shape.elem_count()
    }

    /// That `law` does not fit the shape.
    pub(crate) fn refuse(&self, law: impl ToString, required: impl Into<String>) -> Error {
        Error::Structure { law: law.to_string(), shape: self.shape.clone(), required: required.into() }
    }
}

/// Number of elements, if memory could have that many.
pub(crate) fn element_count(shape: &Shape) -> Result<usize> {
    // Without the zeros first: candle multiplies an empty shape's other dimensions too, for its strides.
    let filled = shape.dims().iter().filter(|&&dim| dim > 0);
    let product = filled.copied().try_fold(1_usize, usize::checked_mul);
    let count = product.ok_or_else(|| Error::ElementCount { shape: shape.clone() })?;
    Ok(if shape.dims().contains(&0) { 0 } else { count })
}
