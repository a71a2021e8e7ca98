//! Memory for matrices.

use counter_rng::{Distribution, Element, Stream};

use crate::error::Result;

/// Zeroed memory.
pub(super) fn zeros<T: Element>(count: usize) -> Result<Vec<T>> {
    Ok(Stream::new(0, "").vec(&Distribution::constant(0.0)?, 0..count as u64)?)
}
