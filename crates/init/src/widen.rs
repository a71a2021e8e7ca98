//! The values of a tensor as `f64`.

use candle_core::{DType, Result, Tensor};

/// The tensor in `f64`. An F8E4M3 goes by way of `f32`: candle 0.11's direct conversion never returns.
pub(crate) fn widen(values: &Tensor) -> Result<Tensor> {
    let wide = if values.dtype() == DType::F8E4M3 { values.to_dtype(DType::F32)? } else { values.clone() };
    wide.to_dtype(DType::F64)
}
