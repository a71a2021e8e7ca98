//! The values of a resolved rule, as a variable on a device.

use candle_core::{Device, Var, WithDType};
use counter_rng::{Distribution, Dtype, Element, Purpose};
use rayon::prelude::*;

use crate::draw::device::{Elements, drawn_there};
use crate::draw::dtype::for_dtype;
use crate::draw::operation::Operation;
use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::draw::round::round;
use crate::draw::span::Span;
use crate::element_count::element_count;
use crate::error::Result;
use crate::rule::Custom;
use counter_rng::product::Scalar;

impl Resolved {
    /// Draws a variable. Elements of a distribution are drawn where they are to lie, if the device can; other values are
    /// made in memory, in their dtype, and uploaded: the same bits everywhere.
    pub(crate) fn draw(&self, parameter: &Parameter<'_>, device: &Device) -> Result<Var> {
        for_dtype!(parameter.dtype, T => self.var::<T, <T as Dtype>::Wide>(parameter, device))
    }

    /// `T` is the dtype, `W` the one that its values are computed in before they are rounded.
    fn var<T: Element + WithDType, W: Scalar>(
        &self,
        parameter: &Parameter<'_>,
        device: &Device,
    ) -> Result<Var> {
        if let Self::Distribution(distribution) = self {
            return elementwise::<T>(distribution, parameter, device);
        }
        // `from_vec` keeps the vector on the processor: no copy is made.
        Ok(Var::from_vec(self.vec::<T, W>(parameter)?, parameter.shape, device)?)
    }

    /// All elements, in memory.
    fn vec<T: Element, W: Scalar>(&self, parameter: &Parameter<'_>) -> Result<Vec<T>> {
        match self {
            Self::Haar(haar) if haar.is_plain() => haar.plain::<T, W>(parameter),
            made if made.is_local() => made.in_pieces::<T, W>(parameter),
            made => {
                let mut wide = zeros(parameter.elements())?;
                made.write::<W>(&mut wide, Span::default(), parameter)?;
                rounded::<T>(&wide, parameter)
            }
        }
    }

    /// Whether an element can be had without all others: these sources need a piece of memory a thread beside the output.
    pub(super) fn is_local(&self) -> bool {
        match self {
            Self::Distribution(_) | Self::Formula(_) => true,
            Self::Haar(_) | Self::Custom(_) | Self::Norm(..) => false,
            Self::Blocks(blocks) => blocks.iter().all(|(_, source)| source.is_local()),
            Self::Changed(source, operations) => {
                source.is_local() && operations.iter().all(Operation::is_local)
            }
        }
    }

    /// Shows all elements in their order, before they are rounded to a narrower dtype, a piece at a time if it is local.
    fn each_piece<W: Scalar>(
        &self,
        parameter: &Parameter<'_>,
        each: &mut dyn FnMut(usize, &[W]),
    ) -> Result<()> {
        if !self.is_local() {
            each(0, &self.vec::<W, W>(parameter)?);
            return Ok(());
        }
        let count = parameter.elements();
        let mut values = vec![W::nearest(0.0); count.min(PIECES)];
        for first in (0..count).step_by(PIECES) {
            values.truncate(count - first);
            self.fill::<W, W>(&mut values, first, parameter)?;
            each(first, &values);
        }
        Ok(())
    }

    /// The values of a local source.
    fn in_pieces<T: Element, W: Scalar>(&self, parameter: &Parameter<'_>) -> Result<Vec<T>> {
        let zeros = Distribution::constant(0.0)?.constant_vec(parameter.elements() as u64).transpose()?;
        let mut values: Vec<T> = zeros.unwrap_or_default();
        self.fill::<T, W>(&mut values, 0, parameter)?;
        Ok(values)
    }

    /// Writes the elements of a local source from `first` on, piece by piece on all threads.
    pub(super) fn fill<T: Element, W: Scalar>(
        &self,
        out: &mut [T],
        first: usize,
        parameter: &Parameter<'_>,
    ) -> Result<()> {
        if let Self::Distribution(distribution) = self {
            return Ok(parameter.stream(Purpose::Values).fill(distribution, first as u64, out)?);
        }
        let pieces = out.par_chunks_mut(PIECE).enumerate().map(|(i, piece)| {
            let (offset, mut wide) = (first + i * PIECE, vec![0.0; piece.len()]);
            self.write::<W>(&mut wide, Span { start: 0, offset }, parameter)?;
            for (j, (out, value)) in piece.iter_mut().zip(wide).enumerate() {
                *out = round(value, offset + j, parameter)?;
            }
            Ok(())
        });
        // All of them, so that the first error by index is said, whichever thread was first.
        pieces.collect::<Vec<Result<()>>>().into_iter().collect()
    }

    /// Writes the elements of this source's part of the parameter that lie in `span`: all of them, unless the source
    /// is local.
    fn write<W: Scalar>(&self, out: &mut [f64], span: Span, parameter: &Parameter<'_>) -> Result<()> {
        match self {
            Self::Distribution(distribution) => {
                let first = (span.start + span.offset) as u64;
                let values = parameter
                    .stream(Purpose::Values)
                    .vec::<W>(distribution, first..first + out.len() as u64)?;
                out.iter_mut().zip(values).for_each(|(out, value)| *out = value.widen());
            }
            Self::Formula(formula) => {
                out.iter_mut().zip(span.offset..).for_each(|(out, i)| *out = formula(i));
            }
            Self::Haar(haar) => haar.write::<W>(out, span.start, parameter)?,
            Self::Custom(custom) => {
                let values = custom.values(parameter)?;
                out.iter_mut().zip(values).for_each(|(out, value)| *out = value.into());
            }
            Self::Norm(source, of) => {
                out.fill(0.0);
                source
                    .each_piece::<W>(&of.other(parameter), &mut |first, values| of.add(first, values, out))?;
                out.iter_mut().for_each(|sum| *sum = sum.sqrt());
            }
            Self::Blocks(blocks) => {
                for (range, source) in blocks {
                    let (inner, offset) = span.inside(range, out.len());
                    if inner.is_empty() {
                        continue;
                    }
                    let span = Span { start: span.start + range.start, offset };
                    source.write::<W>(out.get_mut(inner).unwrap_or_default(), span, parameter)?;
                }
            }
            Self::Changed(source, operations) => {
                source.write::<W>(out, span, parameter)?;
                operations.iter().for_each(|operation: &Operation| operation.apply(out, span, parameter));
            }
        }
        Ok(())
    }
}

impl Custom {
    fn values(&self, parameter: &Parameter<'_>) -> Result<Vec<f32>> {
        let values = (self.draw)(parameter.shape, &parameter.stream(Purpose::Values))?;
        let expected = element_count(parameter.shape)?;
        if values.len() != expected {
            let required =
                format!("{expected} values in row-major order are required, and it gave {}", values.len());
            return Err(parameter.refuse(&self.name, required));
        }
        Ok(values)
    }
}

fn elementwise<T: Element + WithDType>(
    distribution: &Distribution,
    parameter: &Parameter<'_>,
    device: &Device,
) -> Result<Var> {
    let count = element_count(parameter.shape)? as u64;
    let stream = || parameter.stream(Purpose::Values);
    if !device.is_cpu() {
        let elements = Elements { stream: &stream(), distribution, start: 0 };
        if let Some(var) = drawn_there::<T>(&elements, parameter.shape, parameter.dtype, device)? {
            return Ok(var);
        }
    }
    // A constant needs no stream, and two hashes are most of the cost of a small bias.
    let values =
        distribution.constant_vec::<T>(count).unwrap_or_else(|| stream().vec(distribution, 0..count))?;
    // `from_vec` keeps the vector on the processor: no copy is made.
    Ok(Var::from_vec(values, parameter.shape, device)?)
}

/// Elements of a piece: 768 KiB of intermediate values a thread, which stay in a cache.
const PIECE: usize = 1 << 16;

/// Elements that are shown at a time: work for all threads, and little memory.
const PIECES: usize = 1 << 20;

/// Memory for intermediate values.
fn zeros(count: usize) -> Result<Vec<f64>> {
    let mut values = Vec::new();
    let no_memory = |_| counter_rng::Error::OutOfMemory { count: count as u64, dtype: "f64" };
    values.try_reserve_exact(count).map_err(no_memory)?;
    values.resize(count, 0.0);
    Ok(values)
}

/// Every value rounded to the dtype, which must have it.
fn rounded<T: Element>(values: &[f64], parameter: &Parameter<'_>) -> Result<Vec<T>> {
    values.iter().enumerate().map(|(index, &value)| round(value, index, parameter)).collect()
}
