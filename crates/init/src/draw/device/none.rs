//! A build without CUDA: no device of it has kernels.

use std::ops::Range;

use candle_core::{CudaDevice, CudaStorage, DType, Shape, Var};
use counter_rng::Element;

use crate::draw::device::elements::Elements;
use crate::error::Result;

#[expect(clippy::extra_unused_type_parameters, reason = "the body for CUDA needs it")]
pub(super) fn draw<T: Element>(_: &Elements<'_>, _: &Shape, _: DType, _: &CudaDevice) -> Result<Option<Var>> {
    Ok(None)
}

/// candle's stand-in for a storage cannot exist where a tensor does.
pub(super) fn refill(_: &Elements<'_>, _: &mut CudaStorage, _: Range<usize>) -> Result<()> {
    Err(candle_core::Error::NotCompiledWithCudaSupport.into())
}
