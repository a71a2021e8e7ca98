//! The values of tensors, whatever their dtype.

use candle_core::{DType, Result, Tensor};

/// The values of a tensor of any dtype, in row-major order.
///
/// # Errors
/// What candle says.
pub(crate) fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.detach().to_dtype(DType::F32)?.flatten_all()?.to_vec1()
}

/// The first values of a tensor: enough to tell one function from another.
///
/// # Errors
/// What candle says.
pub(crate) fn head(tensor: &Tensor, count: usize) -> Result<Vec<f32>> {
    let flat = tensor.detach().flatten_all()?;
    values(&flat.narrow(0, 0, count.min(flat.elem_count()))?)
}

/// An even sample of at most `most` values.
pub(crate) fn sample(values: &[f32], most: usize) -> Vec<f32> {
    // An odd step meets every unit where their number is a power of two.
    let step = values.len().div_ceil(most.max(1)) | 1;
    values.iter().copied().step_by(step).collect()
}

/// To what relative error candle computes a function in a tensor's dtype; values are read as f32.
pub(crate) fn precision(tensor: &Tensor) -> f64 {
    match tensor.dtype() {
        DType::F16 => 4e-3,
        DType::BF16 | DType::F8E4M3 => 3e-2,
        _ => 1e-4,
    }
}
