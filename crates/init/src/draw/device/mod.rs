//! Where the elements of a distribution are drawn: on a GPU that has kernels, else by the processor, which then uploads them.

#[cfg(feature = "cuda")]
mod conformance;
#[cfg(feature = "cuda")]
mod cuda;
mod elements;
#[cfg(not(feature = "cuda"))]
mod none;

use std::ops::Range;

use candle_core::{
    CpuStorage, CudaStorage, DType, Device, InplaceOp1, Layout, Shape, Tensor, Var, WithDType,
};
use counter_rng::{Distribution, Element, Stream};

pub(crate) use self::elements::Elements;

#[cfg(feature = "cuda")]
use self::conformance as kernels;
#[cfg(not(feature = "cuda"))]
use self::none as kernels;
use crate::draw::dtype::for_dtype;
use crate::error::{Error, Result};

impl Elements<'_> {
    /// As many as the shape has, drawn where they are to lie: no copy is made on the way. `None` where the device
    /// has no kernel for them.
    pub(crate) fn drawn_there<T: Element>(
        &self,
        shape: &Shape,
        dtype: DType,
        device: &Device,
    ) -> Result<Option<Var>> {
        match device {
            Device::Cuda(device) if shape.elem_count() > 0 => kernels::draw::<T>(self, shape, dtype, device),
            _ => Ok(None),
        }
    }

    fn tensor<T: Element + WithDType>(&self, count: usize, device: &Device) -> Result<Tensor> {
        let shape = Shape::from(count);
        if let Some(there) = self.drawn_there::<T>(&shape, T::DTYPE, device)? {
            return Ok(there.as_detached_tensor());
        }
        let values = self.stream.vec::<T>(self.distribution, self.start..self.start + count as u64)?;
        Ok(Tensor::from_vec(values, shape, device)?)
    }
}

/// A range of a stream's elements as a flat tensor: a shard of a parameter is this, reshaped. Same bits on any device.
///
/// On a GPU they are drawn there, in place, on the device's own stream (`docs/cuda.md` in the repository); f64 but
/// for constants, and every dtype on other devices, is drawn by the processor and uploaded.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_init::{Distribution, counter_rng::Stream, elements};
///
/// let (stream, distribution) = (Stream::new(42, "wte.weight"), Distribution::normal(0.0, 0.02)?);
/// let whole = elements(&stream, &distribution, 0..50_000, DType::F32, &Device::Cpu)?;
/// let shard = elements(&stream, &distribution, 25_000..50_000, DType::F32, &Device::Cpu)?;
/// assert_eq!(shard.to_vec1::<f32>()?, whole.narrow(0, 25_000, 25_000)?.to_vec1::<f32>()?);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// [`Error::Distribution`] where the dtype cannot hold the distribution, the range does not end above its start's 2⁶⁴, or there is no
/// memory; [`Error::DType`] for a dtype of no weights; on a GPU [`Error::Kernels`], and candle's own.
pub fn elements(
    stream: &Stream,
    distribution: &Distribution,
    range: Range<u64>,
    dtype: DType,
    device: &Device,
) -> Result<Tensor> {
    let (start, length) = (range.start, range.end.saturating_sub(range.start));
    let no_memory = |_| counter_rng::Error::OutOfMemory { count: length, dtype: dtype.as_str() };
    let count = usize::try_from(length).map_err(no_memory)?;
    for_dtype!(dtype, T => Elements { stream, distribution, start }.tensor::<T>(count, device))
}

/// [`elements`] from `start` on, into the memory that a contiguous tensor has: for the conformance tests and the benches.
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
