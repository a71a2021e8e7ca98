//! From a source to a variable on a device.

use candle_core::{DType, Device, Tensor, Var, WithDType};
use counter_rng::product::Scalar;
use counter_rng::{Distribution, Element, Purpose};
use rayon::prelude::*;

use crate::draw::device::Elements;
use crate::draw::operation::{Place, Step};
use crate::draw::parameter::{Target, element_count};
use crate::draw::resolved::Source;
use crate::error::Error;
use crate::error::Result;
use crate::rule::Custom;

impl Source {
    /// Draws a variable. The elements of a law are drawn where they are to lie, if the device can; other values are
    /// made in memory, in their dtype, and uploaded: the same bits everywhere.
    pub(crate) fn draw(&self, target: &Target<'_>, device: &Device) -> Result<Var> {
        match target.dtype {
            DType::F32 => self.var::<f32, f32>(target, device),
            DType::F64 => self.var::<f64, f64>(target, device),
            DType::BF16 => self.var::<half::bf16, f32>(target, device),
            DType::F16 => self.var::<half::f16, f32>(target, device),
            DType::F8E4M3 => self.var::<float8::F8E4M3, f32>(target, device),
            dtype => Err(Error::DType { dtype }),
        }
    }

    /// `T` is the dtype, `W` the one that its values are computed in before they are rounded.
    fn var<T: Element + WithDType, W: Scalar>(&self, target: &Target<'_>, device: &Device) -> Result<Var> {
        let values = match self {
            Self::Distribution(law) => return elementwise::<T>(law, target, device),
            Self::Custom(custom) => return custom.draw(target, device),
            Self::Haar(haar) if haar.is_plain() => haar.plain::<T, W>(target)?,
            made if made.is_local() => made.in_pieces::<T, W>(target)?,
            made => {
                let mut wide = zeros(target.elements())?;
                made.write::<W>(&mut wide, Place::default(), target)?;
                rounded::<T>(&wide, target)?
            }
        };
        // `from_vec` keeps the vector on the processor: no copy is made.
        Ok(Var::from_vec(values, target.shape, device)?)
    }

    /// Whether an element can be had without all others: these sources need a piece of memory a thread beside the output.
    fn is_local(&self) -> bool {
        match self {
            Self::Distribution(_) | Self::Formula(_) => true,
            Self::Haar(_) | Self::Custom(_) => false,
            Self::Blocks(blocks) => blocks.iter().all(|(_, source)| source.is_local()),
            Self::Changed(source, steps) => source.is_local() && steps.iter().all(Step::is_local),
        }
    }

    /// The values of a local source, piece by piece on all threads.
    fn in_pieces<T: Element, W: Scalar>(&self, target: &Target<'_>) -> Result<Vec<T>> {
        let zeros = Distribution::constant(0.0)?.constant_vec(target.elements() as u64).transpose()?;
        let mut values: Vec<T> = zeros.unwrap_or_default();
        let pieces = values.par_chunks_mut(PIECE).enumerate().map(|(i, piece)| {
            let (offset, mut wide) = (i * PIECE, vec![0.0; piece.len()]);
            self.write::<W>(&mut wide, Place { start: 0, offset }, target)?;
            for (j, (out, value)) in piece.iter_mut().zip(wide).enumerate() {
                *out = round(value, offset + j, target)?;
            }
            Ok(())
        });
        // All of them, so that the first error by index is said, whichever thread was first.
        pieces.collect::<Vec<Result<()>>>().into_iter().collect::<Result<()>>()?;
        Ok(values)
    }

    /// Writes the elements of this source's part of the parameter that lie at `place`: all of them, unless the source
    /// is local.
    fn write<W: Scalar>(&self, out: &mut [f64], place: Place, target: &Target<'_>) -> Result<()> {
        match self {
            Self::Distribution(law) => {
                let first = (place.start + place.offset) as u64;
                let values = target.stream(Purpose::Values).vec::<W>(law, first..first + out.len() as u64)?;
                out.iter_mut().zip(values).for_each(|(out, value)| *out = value.widen());
            }
            Self::Formula(formula) => {
                out.iter_mut().zip(place.offset..).for_each(|(out, i)| *out = formula(i));
            }
            Self::Haar(haar) => haar.write::<W>(out, place.start, target)?,
            Self::Custom(custom) => {
                let values = custom.values(target)?;
                out.iter_mut().zip(values).for_each(|(out, value)| *out = value.into());
            }
            Self::Blocks(blocks) => {
                for (range, source) in blocks {
                    let (inner, offset) = place.inside(range, out.len());
                    if inner.is_empty() {
                        continue;
                    }
                    let place = Place { start: place.start + range.start, offset };
                    source.write::<W>(out.get_mut(inner).unwrap_or_default(), place, target)?;
                }
            }
            Self::Changed(source, steps) => {
                source.write::<W>(out, place, target)?;
                steps.iter().for_each(|step: &Step| step.apply(out, place, target));
            }
        }
        Ok(())
    }
}

impl Custom {
    fn values(&self, target: &Target<'_>) -> Result<Vec<f32>> {
        let values = (self.draw)(target.shape, &target.stream(Purpose::Values))?;
        let expected = element_count(target.shape)?;
        if values.len() != expected {
            return Err(Error::CustomLength { law: self.name.to_string(), expected, got: values.len() });
        }
        Ok(values)
    }

    fn draw(&self, target: &Target<'_>, device: &Device) -> Result<Var> {
        let values = Tensor::from_vec(self.values(target)?, target.shape, device)?;
        Ok(Var::from_tensor(&values.to_dtype(target.dtype)?)?)
    }
}

fn elementwise<T: Element + WithDType>(
    law: &Distribution,
    target: &Target<'_>,
    device: &Device,
) -> Result<Var> {
    let count = element_count(target.shape)? as u64;
    let stream = || target.stream(Purpose::Values);
    if !device.is_cpu() {
        let elements = Elements { stream: &stream(), law, start: 0 };
        if let Some(var) = elements.drawn_there::<T>(target.shape, target.dtype, device)? {
            return Ok(var);
        }
    }
    // A constant needs no stream, and two hashes are most of the cost of a small bias.
    let values = law.constant_vec::<T>(count).unwrap_or_else(|| stream().vec(law, 0..count))?;
    // `from_vec` keeps the vector on the processor: no copy is made.
    Ok(Var::from_vec(values, target.shape, device)?)
}

/// Elements of a piece: 768 KiB of intermediate values a thread, which stay in a cache.
const PIECE: usize = 1 << 16;

/// Memory for intermediate values.
fn zeros(count: usize) -> Result<Vec<f64>> {
    let mut values = Vec::new();
    let no_memory = |_| counter_rng::Error::OutOfMemory { count: count as u64, dtype: "f64" };
    values.try_reserve_exact(count).map_err(no_memory)?;
    values.resize(count, 0.0);
    Ok(values)
}

/// Every value rounded to the dtype, which must have it.
fn rounded<T: Element>(values: &[f64], target: &Target<'_>) -> Result<Vec<T>> {
    values.iter().enumerate().map(|(index, &value)| round(value, index, target)).collect()
}

/// One value rounded to the dtype, which must have it.
pub(crate) fn round<T: Element>(value: f64, index: usize, target: &Target<'_>) -> Result<T> {
    if value.is_nan() || value.abs() > T::MAX {
        return Err(Error::Value { dtype: target.dtype, index, value });
    }
    Ok(T::nearest(value))
}
