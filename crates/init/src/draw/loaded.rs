//! A parameter from a tensor of a checkpoint.

use bytemuck::Pod;
use candle_core::{DType, Device, Shape, Tensor, Var, WithDType};
use candle_init_checkpoint as checkpoint;
use rayon::prelude::*;

use crate::draw::dtype::for_dtype;
use crate::error::{Error, Result};

/// The variable: read into its own memory where the file has its dtype, else converted as candle does.
pub(crate) fn loaded(
    tensor: &checkpoint::Tensor,
    shape: &Shape,
    dtype: DType,
    device: &Device,
) -> Result<Var> {
    let stored = stored(tensor)?;
    // Integers, and dtypes narrower than a byte, in one piece.
    if dtype.is_int() || tensor.byte_count() != tensor.element_count() * stored.size_in_bytes() {
        return Ok(Var::from_tensor(&converted(tensor, dtype)?.reshape(shape)?.to_device(device)?)?);
    }
    for_dtype!(dtype, T => {
        // `from_vec` keeps the vector on the processor: no copy is made.
        Ok(Var::from_vec(values::<T>(tensor, stored)?, shape, device)?)
    })
}

/// Elements that are converted at a time: they and their bytes stay in a core's cache.
const PIECE: usize = 1 << 16;

fn values<T: Pod + WithDType>(tensor: &checkpoint::Tensor, stored: DType) -> Result<Vec<T>> {
    let count = tensor.element_count();
    let no_memory = |()| counter_rng::Error::OutOfMemory { count: count as u64, dtype: T::DTYPE.as_str() };
    let mut values = bytemuck::try_zeroed_vec::<T>(count).map_err(no_memory)?;
    if stored == T::DTYPE {
        tensor.read(0, bytemuck::cast_slice_mut(&mut values))?;
        return Ok(values);
    }
    let pieces = values.par_chunks_mut(PIECE).enumerate();
    pieces.map(|(i, out)| piece(tensor, stored, i * PIECE, out)).collect::<Result<Vec<()>>>()?;
    Ok(values)
}

/// Fills `out` with the elements from `first` on in a dtype, in the machine's byte order: those of [`loaded`], of which
/// nothing is kept.
pub(crate) fn read(tensor: &checkpoint::Tensor, dtype: DType, first: usize, out: &mut [u8]) -> Result<()> {
    let stored = stored(tensor)?;
    if stored == dtype {
        return Ok(tensor.read(first, out)?);
    }
    let (size, wide) = (dtype.size_in_bytes(), stored.size_in_bytes());
    let pieces = out.par_chunks_mut(PIECE * size.max(1)).enumerate().map(|(i, out)| {
        let count = out.len() / size.max(1);
        let mut bytes = vec![0; count * wide];
        tensor.read(first + i * PIECE, &mut bytes)?;
        let values = Tensor::from_raw_buffer(&bytes, stored, &[count], &Device::Cpu)?;
        native_bytes(&to_dtype(&values, dtype)?, out)
    });
    pieces.collect::<Vec<_>>().into_iter().collect()
}

/// That elements of a tensor can be read one by one in a dtype.
pub(crate) fn readable(tensor: &checkpoint::Tensor, dtype: DType) -> Result<()> {
    let narrow = |dtype: DType| dtype.size_in_bytes() == 0;
    let stored = stored(tensor)?;
    let whole = tensor.byte_count() == tensor.element_count() * stored.size_in_bytes();
    if narrow(stored) || narrow(dtype) || !whole {
        return Err(Error::FileDType { file: tensor.path().into(), found: tensor.dtype().to_string() });
    }
    Ok(())
}

/// A vector's values as they lie in memory.
fn native_bytes(values: &Tensor, out: &mut [u8]) -> Result<()> {
    macro_rules! copied {
        ($t:ty) => {
            out.copy_from_slice(bytemuck::cast_slice(&values.to_vec1::<$t>()?))
        };
    }
    match values.dtype() {
        DType::U8 => copied!(u8),
        DType::U32 => copied!(u32),
        DType::I16 => copied!(i16),
        DType::I32 => copied!(i32),
        DType::I64 => copied!(i64),
        dtype => for_dtype!(dtype, T => { copied!(T); Ok::<(), Error>(()) })?,
    }
    Ok(())
}

/// Converts the elements from `first` on.
fn piece<T: Pod + WithDType>(
    tensor: &checkpoint::Tensor,
    stored: DType,
    first: usize,
    out: &mut [T],
) -> Result<()> {
    let mut bytes = vec![0; out.len() * stored.size_in_bytes()];
    tensor.read(first, &mut bytes)?;
    let values = Tensor::from_raw_buffer(&bytes, stored, &[out.len()], &Device::Cpu)?;
    out.copy_from_slice(&to_dtype(&values, T::DTYPE)?.to_vec1::<T>()?);
    Ok(())
}

/// The whole tensor in another dtype, in memory.
pub(crate) fn converted(tensor: &checkpoint::Tensor, dtype: DType) -> Result<Tensor> {
    let values = Tensor::from_raw_buffer(&tensor.bytes()?, stored(tensor)?, tensor.shape(), &Device::Cpu)?;
    to_dtype(&values, dtype)
}

/// By way of `f32` where F8E4M3 takes part: candle 0.11's other conversions of it never return.
fn to_dtype(values: &Tensor, dtype: DType) -> Result<Tensor> {
    let narrow = values.dtype() == DType::F8E4M3 || dtype == DType::F8E4M3;
    let values = if narrow { values.to_dtype(DType::F32)? } else { values.clone() };
    Ok(values.to_dtype(dtype)?)
}

fn stored(tensor: &checkpoint::Tensor) -> Result<DType> {
    let unknown = |_| Error::FileDType { file: tensor.path().into(), found: tensor.dtype().to_string() };
    DType::try_from(tensor.dtype()).map_err(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From anywhere, over several pieces, in every dtype: what the whole has, converted at once.
    #[test]
    fn what_is_read_in_pieces_is_the_whole_converted() {
        let count = 3 * PIECE + 7;
        let file = std::env::temp_dir().join(format!("candle-init-read-{}.safetensors", std::process::id()));
        let values: Vec<f32> = (0..count).map(|i| ((i * 7919) % 10007) as f32 / 77.0 - 60.0).collect();
        for stored in [DType::F32, DType::BF16, DType::F64] {
            let table = Tensor::new(values.as_slice(), &Device::Cpu).unwrap().to_dtype(stored).unwrap();
            candle_core::safetensors::save(&[("table", table)].into(), &file).unwrap();
            let checkpoint = checkpoint::Checkpoint::open(&file).unwrap();
            let tensor = checkpoint.tensor("table").unwrap();
            for dtype in [DType::F32, DType::BF16, DType::F16, DType::F64, DType::F8E4M3, DType::I64] {
                let first = PIECE - 3;
                let mut out = vec![0; (2 * PIECE + 5) * dtype.size_in_bytes()];
                read(tensor, dtype, first, &mut out).unwrap();
                let due = converted(tensor, dtype).unwrap().narrow(0, first, 2 * PIECE + 5).unwrap();
                let mut bytes = vec![0; out.len()];
                native_bytes(&due, &mut bytes).unwrap();
                assert!(out == bytes, "{stored:?} {dtype:?}");
            }
        }
        std::fs::remove_file(file).unwrap();
    }
}
