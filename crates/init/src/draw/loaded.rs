//! A parameter from a tensor of a checkpoint.

use bytemuck::Pod;
use candle_core::{DType, Device, Shape, Tensor, Var, WithDType};
use candle_init_checkpoint as checkpoint;

use crate::draw::dtype::for_dtype;
use crate::error::{Error, Result};

/// The variable: read into its own memory where the file has its dtype, else converted by candle.
pub(crate) fn loaded(
    tensor: &checkpoint::Tensor,
    shape: &Shape,
    dtype: DType,
    device: &Device,
) -> Result<Var> {
    if dtype.is_float() && DType::try_from(tensor.dtype()).is_ok_and(|stored| stored == dtype) {
        return for_dtype!(dtype, T => read::<T>(tensor, shape, device));
    }
    Ok(Var::from_tensor(&converted(tensor, dtype)?.reshape(shape)?.to_device(device)?)?)
}

fn read<T: Pod + WithDType>(tensor: &checkpoint::Tensor, shape: &Shape, device: &Device) -> Result<Var> {
    let no_memory = |()| counter_rng::Error::OutOfMemory {
        count: tensor.element_count() as u64,
        dtype: T::DTYPE.as_str(),
    };
    let mut values = bytemuck::try_zeroed_vec::<T>(tensor.element_count()).map_err(no_memory)?;
    tensor.read(0, bytemuck::cast_slice_mut(&mut values))?;
    // `from_vec` keeps the vector on the processor: no copy is made.
    Ok(Var::from_vec(values, shape, device)?)
}

/// The tensor in another dtype, in memory.
pub(crate) fn converted(tensor: &checkpoint::Tensor, dtype: DType) -> Result<Tensor> {
    let stored = DType::try_from(tensor.dtype())
        .map_err(|_| Error::FileDType { file: tensor.path().into(), found: tensor.dtype().to_string() })?;
    let bytes = tensor.bytes()?;
    let values = Tensor::from_raw_buffer(&bytes, stored, tensor.shape(), &Device::Cpu)?;
    // By way of `f32`: candle 0.11's conversions of F8E4M3 to and from other dtypes never return.
    let values = if stored == DType::F8E4M3 { values.to_dtype(DType::F32)? } else { values };
    let values = if dtype == DType::F8E4M3 { values.to_dtype(DType::F32)? } else { values };
    Ok(values.to_dtype(dtype)?)
}
