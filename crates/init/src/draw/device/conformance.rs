//! What a GPU draws first: some elements of every distribution and dtype that it has kernels for, compared with the processor's.
//!
//! The bits are a promise, and there are more GPUs and drivers than anyone has seen. So each device proves them once a
//! process, before a value that it drew is used; it takes about as long as loading the kernels.

use std::sync::{Mutex, PoisonError};

use candle_core::cuda_backend::DeviceId;
use candle_core::{CudaDevice, Shape, WithDType};
use counter_rng::{Distribution, Element, Stream};

use crate::draw::device::cuda::drawn;
use crate::draw::device::elements::Elements;
use crate::error::{Error, Result};

/// The devices that have passed.
static PASSED: Mutex<Vec<DeviceId>> = Mutex::new(Vec::new());

/// Where the elements start, and how many they are: neither on the border of a tile, many tiles between.
const START: u64 = (1 << 36) + 7;
const COUNT: u64 = 5003;

/// That a device draws what the processor draws.
pub(super) fn pass(device: &CudaDevice) -> Result<()> {
    let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    if passed.contains(&device.id()) {
        return Ok(());
    }
    for distribution in [
        Distribution::uniform(-1.0, 1.0)?,
        Distribution::normal(0.0, 1.0)?,
        Distribution::truncated_normal(0.0, 1.0, -2.0, 2.0)?,
    ] {
        same::<f32>(&distribution, device)?;
        same::<half::bf16>(&distribution, device)?;
        same::<half::f16>(&distribution, device)?;
        same::<float8::F8E4M3>(&distribution, device)?;
    }
    passed.push(device.id());
    Ok(())
}

fn same<T: Element + WithDType>(distribution: &Distribution, device: &CudaDevice) -> Result<()> {
    let stream = Stream::new(0, "conformance");
    let elements = Elements { stream: &stream, distribution, start: START };
    let there = drawn::<T>(&elements, &Shape::from(COUNT as usize), T::DTYPE, device)?;
    let Some(there) = there else { return Ok(()) };
    let expected = stream.vec::<T>(distribution, START..START + COUNT)?;
    if there.to_vec1::<T>()? == expected { Ok(()) } else { Err(differs::<T>(distribution)) }
}

fn differs<T: WithDType>(distribution: &Distribution) -> Error {
    let reason = format!(
        "of {distribution:?} in {:?} it draws other values than the processor, which is a fault to report",
        T::DTYPE
    );
    Error::Kernels { reason }
}
