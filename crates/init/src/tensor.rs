//! From a law and a stream to a variable on a device.

use candle_core::{DType, Device, Shape, Tensor, Var, WithDType};
use counter_rng::{Element, Law, Stream};

use crate::rule::{Custom, Scheme};
use crate::{Error, Init, Layer, Result};

/// Number of elements, if memory could have that many.
fn element_count(shape: &Shape) -> Result<usize> {
    // Without the zeros first: candle multiplies an empty shape's other dimensions too, for its strides.
    let filled = shape.dims().iter().filter(|&&dim| dim > 0);
    let product = filled.copied().try_fold(1_usize, usize::checked_mul);
    let count = product.ok_or_else(|| Error::ElementCount { shape: shape.clone() })?;
    Ok(if shape.dims().contains(&0) { 0 } else { count })
}

/// What decides the values of a parameter.
#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    pub(crate) seed: u64,
    pub(crate) name: &'a str,
}

impl Address<'_> {
    fn stream(self) -> Stream {
        Stream::new(self.seed, self.name)
    }
}

/// Where the values of a parameter come from, with its numbers known.
pub(crate) enum Source {
    Law(Law),
    Custom(Custom),
}

impl Source {
    /// Resolves a scheme at a shape, and refuses what cannot be made before anything is.
    pub(crate) fn new(scheme: &Scheme, shape: &Shape, layer: Layer, dtype: DType) -> Result<Self> {
        element_count(shape)?;
        match scheme {
            Scheme::Init(init) => {
                let law = law(init, shape, layer)?;
                fits(&law, dtype)?;
                Ok(Self::Law(law))
            }
            Scheme::Custom(custom) => {
                fits(&Law::constant(0.0)?, dtype)?;
                Ok(Self::Custom(custom.clone()))
            }
        }
    }

    /// Draws a variable. Values are made in memory, in their dtype, and uploaded where the device is not
    /// the processor: the same bits everywhere.
    pub(crate) fn draw(&self, at: Address<'_>, shape: &Shape, dtype: DType, device: &Device) -> Result<Var> {
        let law = match self {
            Self::Law(law) => law,
            Self::Custom(custom) => return custom.draw(&at.stream(), shape, dtype, device),
        };
        match dtype {
            DType::F32 => fill::<f32>(law, at, shape, device),
            DType::F64 => fill::<f64>(law, at, shape, device),
            DType::BF16 => fill::<half::bf16>(law, at, shape, device),
            DType::F16 => fill::<half::f16>(law, at, shape, device),
            DType::F8E4M3 => fill::<float8::F8E4M3>(law, at, shape, device),
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

/// The law at a shape. A tensor without elements needs no value, so a fan of zero is none of its worries.
fn law(init: &Init, shape: &Shape, layer: Layer) -> Result<Law> {
    match init.law(shape, layer) {
        Err(Error::ZeroFan { .. }) if shape.dims().contains(&0) => Ok(Law::constant(0.0)?),
        other => other,
    }
}

/// That a dtype holds weights at all, and the values of this law.
fn fits(law: &Law, dtype: DType) -> Result<()> {
    match dtype {
        DType::F32 => law.fits::<f32>()?,
        DType::F64 => law.fits::<f64>()?,
        DType::BF16 => law.fits::<half::bf16>()?,
        DType::F16 => law.fits::<half::f16>()?,
        DType::F8E4M3 => law.fits::<float8::F8E4M3>()?,
        _ => return Err(Error::DType { dtype }),
    }
    Ok(())
}

fn fill<T: Element + WithDType>(law: &Law, at: Address<'_>, shape: &Shape, device: &Device) -> Result<Var> {
    let count = element_count(shape)? as u64;
    // A constant needs no stream, and two hashes are most of the cost of a small bias.
    let values = law.constant_vec::<T>(count).unwrap_or_else(|| at.stream().vec(law, 0..count))?;
    // `from_vec` keeps the vector on the processor: no copy is made.
    Ok(Var::from_vec(values, shape, device)?)
}
