//! The parameter that values are made for.

use candle_core::{DType, Shape};
use counter_rng::{Purpose, Stream};

use crate::error::Error;
use crate::layer::Layer;

/// One parameter, or one block of it: everything that decides its values besides the rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) seed: u64,
    pub(crate) name: &'a str,
    pub(crate) shape: &'a Shape,
    pub(crate) layer: Layer,
    pub(crate) dtype: DType,
}

impl Parameter<'_> {
    pub(crate) fn stream(&self, purpose: Purpose) -> Stream {
        Stream::with_purpose(self.seed, self.name, purpose)
    }

    /// Number of elements, which [`element_count`](crate::element_count::element_count) has found to exist.
    pub(crate) fn elements(&self) -> usize {
        self.shape.elem_count()
    }

    /// That `what` does not fit the shape.
    pub(crate) fn refuse(&self, what: impl ToString, required: impl Into<String>) -> Error {
        Error::shape(what, self.shape, required)
    }
}
