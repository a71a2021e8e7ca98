//! What is in a tensor and in a map of variables, to the bit.

use std::collections::BTreeMap;

use candle_core::{DType, Result, Tensor, TensorId};
use candle_init::named_vars;
use candle_nn::VarMap;

/// The values, widened exactly to `f64`, in row-major order.
///
/// # Errors
/// What candle says of a tensor that cannot be read.
pub fn values(tensor: &Tensor) -> Result<Vec<f64>> {
    if tensor.dtype() == DType::F8E4M3 {
        // candle's direct conversion to f64 never returns.
        return values(&tensor.to_dtype(DType::F32)?);
    }
    tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1()
}

/// The values as `f32`; exact for every dtype but `f64`.
///
/// # Errors
/// As [`values`].
pub fn singles(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
}

/// The bits of the values: tells the zeros apart, and NaN from NaN.
///
/// # Errors
/// As [`values`].
pub fn bits(tensor: &Tensor) -> Result<Vec<u64>> {
    Ok(bytemuck::cast_vec(values(tensor)?))
}

/// One variable as it stands: identity, dtype, dimensions, bits.
pub type Kept = (TensorId, DType, Vec<usize>, Vec<u64>);

/// Every variable as it stands, by name.
///
/// # Errors
/// As [`values`].
pub fn snapshot(vars: &VarMap) -> Result<BTreeMap<String, Kept>> {
    let kept =
        |var: &Tensor| -> Result<Kept> { Ok((var.id(), var.dtype(), var.dims().to_vec(), bits(var)?)) };
    named_vars(vars).into_iter().map(|(name, var)| Ok((name, kept(&var)?))).collect()
}

/// The bits of every variable by name, whoever holds them.
///
/// # Errors
/// As [`values`].
pub fn all_bits(vars: &VarMap) -> Result<BTreeMap<String, Vec<u64>>> {
    named_vars(vars).into_iter().map(|(name, var)| Ok((name, bits(&var)?))).collect()
}
