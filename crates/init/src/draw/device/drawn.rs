//! Elements as tensors, drawn on the device if it has kernels.

use std::ops::Range;

use candle_core::{DType, Device, Shape, Tensor, Var, WithDType};
use counter_rng::{Distribution, Element, Stream};

use crate::draw::device::elements::Elements;
use crate::draw::device::kernels;
use crate::draw::dtype::for_dtype;
use crate::error::Result;

/// As many elements as the shape has, drawn where they are to lie: no copy is made on the way. `None` where the device
/// has no kernel for them.
pub(crate) fn drawn_there<T: Element>(
    elements: &Elements<'_>,
    shape: &Shape,
    dtype: DType,
    device: &Device,
) -> Result<Option<Var>> {
    match device {
        Device::Cuda(device) if shape.elem_count() > 0 => kernels::draw::<T>(elements, shape, dtype, device),
        _ => Ok(None),
    }
}

fn tensor<T: Element + WithDType>(elements: &Elements<'_>, count: usize, device: &Device) -> Result<Tensor> {
    let shape = Shape::from(count);
    if let Some(there) = drawn_there::<T>(elements, &shape, T::DTYPE, device)? {
        return Ok(there.as_detached_tensor());
    }
    let range = elements.start..elements.start + count as u64;
    let values = elements.stream.vec::<T>(elements.distribution, range)?;
    Ok(Tensor::from_vec(values, shape, device)?)
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
/// [`Error::Distribution`](crate::Error::Distribution) where the dtype cannot hold the distribution, the range does not end above its start's 2⁶⁴, or there is no
/// memory; [`Error::DType`](crate::Error::DType) for a dtype of no weights; on a GPU [`Error::Kernels`](crate::Error::Kernels), and candle's own.
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
    for_dtype!(dtype, T => tensor::<T>(&Elements { stream, distribution, start }, count, device))
}
