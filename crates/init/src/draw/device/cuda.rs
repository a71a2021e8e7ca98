//! An NVIDIA GPU: the kernels of `counter_rng_cuda`, launched on the stream of the caller's device.
#![allow(
    unsafe_code,
    reason = "a launch is outside what the compiler can check, and so is memory before it is filled"
)]

use std::ops::Range;

use candle_core::backend::{BackendDevice, BackendStorage};
use candle_core::cuda_backend::cudarc::driver::{CudaSlice, DeviceRepr, LaunchConfig, PushKernelArg};
use candle_core::cuda_backend::{CudaStorageSlice, WrapErr};
use candle_core::op::BackpropOp;
use candle_core::{CudaDevice, CudaStorage, DType, Shape, Storage, Tensor, Var};
use counter_rng::Element;
use counter_rng_cuda::{Arguments, Fill, THREADS, ptx};

use crate::draw::device::elements::Elements;
use crate::error::{Error, Result};

/// The name of the module among those that a device has loaded. It is loaded once a device.
const MODULE: &str = "candle-init/fill";

/// The arguments as a launch takes them.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct ByValue(Arguments);

// SAFETY: `Arguments` is plain numbers, laid out as the kernels' struct of that name.
unsafe impl DeviceRepr for ByValue {}

/// A variable of the shape, filled on the device.
pub(super) fn drawn<T: Element>(
    elements: &Elements<'_>,
    shape: &Shape,
    dtype: DType,
    device: &CudaDevice,
) -> Result<Option<Var>> {
    // Everything that can be refused is, before there is memory.
    let Some((fill, text)) = prepared::<T>(elements, shape.elem_count(), device)? else { return Ok(None) };
    // SAFETY: the launch below, on the device's own stream, writes all of it before any later work reads it; if it
    // fails, the memory is dropped unread.
    let mut storage = unsafe { device.alloc_uninit(shape, dtype)? };
    launch(&fill, text, &mut storage, 0..shape.elem_count())?;
    // A variable from the start: `Var::from_tensor` would copy any other tensor.
    let tensor = Tensor::from_storage(Storage::Cuda(storage), shape.clone(), BackpropOp::none(), true);
    Ok(Some(Var::from_tensor(&tensor)?))
}

/// The launch and the text of its kernel; `None` for f64, and for a GPU older than the oldest text.
fn prepared<T: Element>(
    elements: &Elements<'_>,
    count: usize,
    device: &CudaDevice,
) -> Result<Option<(Fill, &'static str)>> {
    let Elements { stream, distribution, start } = *elements;
    let fill = Fill::new::<T>(stream, distribution, start, count as u64)?;
    let capability = device.cuda_stream().context().compute_capability().w()?;
    Ok(fill.zip(ptx(capability)))
}

/// Fills a range of memory that exists.
pub(super) fn refill(elements: &Elements<'_>, storage: &mut CudaStorage, range: Range<usize>) -> Result<()> {
    let (device, count) = (storage.device.clone(), range.len());
    let prepared = match storage.dtype() {
        DType::F32 => prepared::<f32>(elements, count, &device)?,
        DType::F64 => prepared::<f64>(elements, count, &device)?,
        DType::BF16 => prepared::<half::bf16>(elements, count, &device)?,
        DType::F16 => prepared::<half::f16>(elements, count, &device)?,
        DType::F8E4M3 => prepared::<float8::F8E4M3>(elements, count, &device)?,
        dtype => return Err(Error::DType { dtype }),
    };
    let none = || Error::Kernels { reason: format!("there is none for {:?} here", storage.dtype()) };
    let (fill, text) = prepared.ok_or_else(none)?;
    if count == 0 { Ok(()) } else { launch(&fill, text, storage, range) }
}

fn launch(fill: &Fill, text: &str, storage: &mut CudaStorage, range: Range<usize>) -> Result<()> {
    let device = storage.device.clone();
    match &mut storage.slice {
        CudaStorageSlice::F32(out) => launch_into(fill, text, &device, out, range),
        CudaStorageSlice::F64(out) => launch_into(fill, text, &device, out, range),
        CudaStorageSlice::BF16(out) => launch_into(fill, text, &device, out, range),
        CudaStorageSlice::F16(out) => launch_into(fill, text, &device, out, range),
        CudaStorageSlice::F8E4M3(out) => launch_into(fill, text, &device, out, range),
        _ => Err(Error::DType { dtype: storage.dtype() }),
    }
}

/// `fill` was made for as many elements of `T` as `range` has.
fn launch_into<T>(
    fill: &Fill,
    text: &str,
    device: &CudaDevice,
    out: &mut CudaSlice<T>,
    range: Range<usize>,
) -> Result<()> {
    let outside = || candle_core::Error::msg("the range lies outside the memory");
    let mut out = out.try_slice_mut(range).ok_or_else(outside)?;
    let kernel = device.get_or_load_custom_func(fill.entry(), MODULE, text);
    let kernel = kernel.map_err(|error| Error::Kernels { reason: error.to_string() })?;
    let (arguments, mut launch) = (ByValue(*fill.arguments()), kernel.builder());
    launch.arg(&arguments).arg(&mut out);
    let (grid_dim, block_dim) = ((fill.blocks(), 1, 1), (THREADS, 1, 1));
    // SAFETY: the kernel takes these two arguments and writes `arguments.count` elements (of bytes, for a constant)
    // from the address on, which is what `out` holds: `fill` was made for its length and type.
    unsafe { launch.launch(LaunchConfig { grid_dim, block_dim, shared_mem_bytes: 0 }) }.w()?;
    Ok(())
}
