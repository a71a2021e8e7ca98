//! From a law and a stream to a variable on a device.

use candle_core::{DType, Device, Shape, Tensor, Var, WithDType};
use counter_rng::{Element, Law, Stream};

use crate::rule::Custom;
use crate::{Error, Result};

/// Number of elements, if memory could have that many.
pub(crate) fn element_count(shape: &Shape) -> Result<usize> {
    // Zero first: an empty tensor is small however large its other dimensions are.
    if shape.dims().contains(&0) {
        return Ok(0);
    }
    let product = shape.dims().iter().try_fold(1_usize, |count, &dim| count.checked_mul(dim));
    product.ok_or_else(|| Error::ElementCount { shape: shape.clone() })
}

/// Where the values of a parameter come from, with its numbers known.
pub(crate) enum Source {
    Law(Law),
    Custom(Custom),
}

impl Source {
    /// Draws a variable. Values are made in memory, in their dtype, and uploaded where the device is not
    /// the processor: the same bits everywhere.
    pub(crate) fn draw(&self, stream: &Stream, shape: &Shape, dtype: DType, device: &Device) -> Result<Var> {
        let law = match self {
            Self::Law(law) => law,
            Self::Custom(custom) => return custom.draw(stream, shape, dtype, device),
        };
        match dtype {
            DType::F32 => fill::<f32>(law, stream, shape, device),
            DType::F64 => fill::<f64>(law, stream, shape, device),
            DType::BF16 => fill::<half::bf16>(law, stream, shape, device),
            DType::F16 => fill::<half::f16>(law, stream, shape, device),
            DType::F8E4M3 => fill::<float8::F8E4M3>(law, stream, shape, device),
            _ => Err(Error::DType { dtype }),
        }
    }
}

impl Custom {
    fn draw(&self, stream: &Stream, shape: &Shape, dtype: DType, device: &Device) -> Result<Var> {
        let (values, expected) = ((self.draw)(shape, stream)?, element_count(shape)?);
        if values.len() != expected {
            return Err(Error::CustomLength { law: self.name.to_string(), expected, got: values.len() });
        }
        Ok(Var::from_tensor(&Tensor::from_vec(values, shape, device)?.to_dtype(dtype)?)?)
    }
}

/// Refuses dtypes that weights cannot have.
pub(crate) fn float(dtype: DType) -> Result<()> {
    match dtype {
        DType::F32 | DType::F64 | DType::BF16 | DType::F16 | DType::F8E4M3 => Ok(()),
        _ => Err(Error::DType { dtype }),
    }
}

fn fill<T: Element + WithDType>(law: &Law, stream: &Stream, shape: &Shape, device: &Device) -> Result<Var> {
    // `from_vec` keeps the vector on the processor: no copy is made.
    let values = stream.vec::<T>(law, 0..element_count(shape)? as u64)?;
    Ok(Var::from_vec(values, shape, device)?)
}
