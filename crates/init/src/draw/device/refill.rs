//! Elements into memory that exists.

use std::ops::Range;

use candle_core::{CpuStorage, CudaStorage, InplaceOp1, Layout, Tensor};
use counter_rng::{Distribution, Element, Stream};

use crate::draw::device::elements::Elements;
use crate::draw::device::kernels;
use crate::error::{Error, Result};

/// Elements from `start` on, into the memory that a contiguous tensor has: for the conformance tests and the benches.
#[doc(hidden)]
pub fn refill(tensor: &Tensor, stream: &Stream, distribution: &Distribution, start: u64) -> Result<()> {
    Ok(tensor.inplace_op1(&Elements { stream, distribution, start })?)
}

impl InplaceOp1 for Elements<'_> {
    fn name(&self) -> &'static str {
        "refill"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let (from, to) = contiguous(layout)?;
        let Self { stream, distribution, start } = *self;
        let filled = match storage {
            CpuStorage::F32(out) => fill(stream, distribution, start, out, from..to),
            CpuStorage::F64(out) => fill(stream, distribution, start, out, from..to),
            CpuStorage::BF16(out) => fill(stream, distribution, start, out, from..to),
            CpuStorage::F16(out) => fill(stream, distribution, start, out, from..to),
            CpuStorage::F8E4M3(out) => fill(stream, distribution, start, out, from..to),
            other => {
                use candle_core::backend::BackendStorage;
                Err(Error::DType { dtype: other.dtype() })
            }
        };
        Ok(filled?)
    }

    fn cuda_fwd(&self, storage: &mut CudaStorage, layout: &Layout) -> candle_core::Result<()> {
        let (from, to) = contiguous(layout)?;
        Ok(kernels::refill(self, storage, from..to)?)
    }
}

fn contiguous(layout: &Layout) -> candle_core::Result<(usize, usize)> {
    layout.contiguous_offsets().ok_or_else(|| candle_core::Error::msg("refill needs a contiguous tensor"))
}

fn fill<T: Element>(
    stream: &Stream,
    distribution: &Distribution,
    start: u64,
    out: &mut [T],
    range: Range<usize>,
) -> Result<()> {
    Ok(stream.fill(distribution, start, out.get_mut(range).unwrap_or_default())?)
}
