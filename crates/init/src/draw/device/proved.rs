//! A GPU that has proved itself: every value comes after its conformance test.

use std::ops::Range;

use candle_core::{CudaDevice, CudaStorage, DType, Shape, Var};
use counter_rng::Element;

use crate::draw::device::elements::Elements;
use crate::draw::device::{conformance, cuda};
use crate::error::Result;

/// A variable of the shape, filled on the device.
pub(super) fn draw<T: Element>(
    elements: &Elements<'_>,
    shape: &Shape,
    dtype: DType,
    device: &CudaDevice,
) -> Result<Option<Var>> {
    conformance::pass(device)?;
    cuda::drawn::<T>(elements, shape, dtype, device)
}

/// Fills a range of memory that exists.
pub(super) fn refill(elements: &Elements<'_>, storage: &mut CudaStorage, range: Range<usize>) -> Result<()> {
    conformance::pass(&storage.device.clone())?;
    cuda::refill(elements, storage, range)
}
