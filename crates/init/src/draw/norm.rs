//! Which elements of another parameter a norm is of, and their norms.

use candle_core::Shape;
use counter_rng::product::Scalar;

use crate::draw::parameter::Parameter;
use crate::error::Result;
use crate::layer::Layer;

/// Another parameter, and which of its elements each norm is of.
#[derive(Clone)]
pub(crate) struct NormOf {
    name: String,
    shape: Shape,
    layer: Layer,
    /// How far apart the norms of neighbours along each axis of the other are: 0 along an axis that is summed over.
    strides: Vec<usize>,
}

impl NormOf {
    /// The norms of `other` that `parameter` is.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) unless the parameter has, along each axis, the other's extent or 1, or no axis.
    pub(crate) fn new(other: &Parameter<'_>, parameter: &Parameter<'_>) -> Result<Self> {
        let (kept, all) = (parameter.shape.dims(), other.shape.dims());
        let along = |(kept, all): (&usize, &usize)| *kept == *all || *kept == 1;
        let fits = kept.is_empty() || (kept.len() == all.len() && kept.iter().zip(all).all(along));
        if !fits {
            let (name, shape) = (other.name, other.shape);
            let required =
                format!("along each axis 1 or the extent of `{name}`, {shape:?}, is required, or no axis");
            return Err(parameter.refuse("norm_of", required));
        }
        let (name, shape, layer) = (other.name.into(), other.shape.clone(), other.layer);
        Ok(Self { name, shape, layer, strides: strides(kept, all.len()) })
    }

    /// The other parameter, in the dtype of this one.
    pub(crate) fn other<'a>(&'a self, parameter: &Parameter<'a>) -> Parameter<'a> {
        let Self { name, shape, layer, .. } = self;
        Parameter { name, shape, layer: *layer, ..*parameter }
    }

    /// Adds the squares of some elements of the other, from the one of row-major index `first` on, to the sums: one after
    /// another on one thread, so that the sums have the same bits everywhere.
    pub(crate) fn add<W: Scalar>(&self, first: usize, mut values: &[W], sums: &mut [f64]) {
        let row = self.shape.dims().last().copied().unwrap_or(1).max(1);
        let along = self.strides.last().copied().unwrap_or(0);
        let (mut at, mut column) = (first / row, first % row);
        while !values.is_empty() {
            let (now, later) = values.split_at(values.len().min(row - column));
            let norm = self.norm_of_row(at) + column * along;
            for (j, value) in now.iter().enumerate() {
                let value = value.widen();
                sums.get_mut(norm + j * along).into_iter().for_each(|sum| *sum += value * value);
            }
            (values, at, column) = (later, at + 1, 0);
        }
    }

    /// The norm that the first element of a row along the last axis belongs to.
    fn norm_of_row(&self, mut row: usize) -> usize {
        let mut at = 0;
        for (extent, stride) in self.shape.dims().iter().zip(&self.strides).rev().skip(1) {
            at += row % extent * stride;
            row /= extent;
        }
        at
    }
}

/// Row-major strides of the norms, 0 along axes that they do not have.
fn strides(kept: &[usize], rank: usize) -> Vec<usize> {
    let mut strides = vec![0; rank];
    let mut step = 1;
    for (stride, extent) in strides.iter_mut().zip(kept).rev() {
        *stride = if *extent == 1 { 0 } else { step };
        step *= extent;
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares in pieces that begin anywhere are the squares at once.
    #[test]
    fn pieces_begin_anywhere() {
        let values: Vec<f64> = (0..60).map(f64::from).collect();
        for kept in [[1, 4, 1], [3, 1, 5], [1, 1, 5]] {
            let norms = NormOf {
                name: "v".into(),
                shape: Shape::from((3, 4, 5)),
                layer: Layer::Linear,
                strides: strides(&kept, 3),
            };
            let mut due = vec![0.0; kept.iter().product()];
            for (i, value) in values.iter().enumerate() {
                let at = [i / 20, i / 5 % 4, i % 5];
                let at = at.iter().zip(&kept).fold(0, |sum, (at, kept)| sum * kept + at % kept);
                due[at] += value * value;
            }
            for size in [1, 3, 7, 60] {
                let mut sums = vec![0.0; due.len()];
                for (piece, values) in values.chunks(size).enumerate() {
                    norms.add(piece * size, values, &mut sums);
                }
                assert_eq!(sums, due, "{kept:?} by {size}");
            }
        }
    }
}
