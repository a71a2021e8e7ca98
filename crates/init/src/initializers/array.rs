//! Values given one by one.

use std::sync::Arc;

use candle_core::{DType, Shape, Tensor};

use crate::element_count::element_count;
use crate::error::Error;
use crate::error::Result;
use crate::initializers::formula::Formula;
use crate::widen::widen;

/// An array of constants that is repeated along leading and singleton axes, as NumPy broadcasts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array {
    pub(crate) dims: Vec<usize>,
    pub(crate) values: Arc<[f64]>,
}

/// The most axes, which is as deep as the brackets of its text stand in one another.
const DEEPEST: usize = 32;

impl Array {
    pub(crate) fn new(shape: &Shape, values: Vec<f64>) -> Result<Self> {
        let expected = element_count(shape)?;
        if expected == 0 || shape.rank() > DEEPEST {
            let required = format!("at least one value and at most {DEEPEST} axes are required");
            return Err(Error::shape("values", shape, required));
        }
        if values.len() != expected {
            let required = format!("it holds {expected} values, and {} were given", values.len());
            return Err(Error::shape("values", shape, required));
        }
        if let Some((index, &value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(Error::Value { dtype: DType::F64, index, value });
        }
        Ok(Self { dims: shape.dims().to_vec(), values: values.into() })
    }

    pub(crate) fn from_tensor(tensor: &Tensor) -> Result<Self> {
        let values = widen(tensor)?.flatten_all()?.to_vec1()?;
        Self::new(tensor.shape(), values)
    }

    /// The constant at each index of a shape, and where each of them is first.
    pub(crate) fn formula(&self, shape: &Shape) -> Result<Formula> {
        let (dims, own) = (shape.dims().to_vec(), self.dims.clone());
        let missing = dims.len().checked_sub(own.len());
        let fits = |missing: usize| own.iter().zip(&dims[missing..]).all(|(&a, &b)| a == b || a == 1);
        let missing = missing.filter(|&missing| fits(missing)).ok_or_else(|| {
            Error::shape("values", shape, format!("values of shape {own:?} do not broadcast to it"))
        })?;
        let values = self.values.clone();
        let among = self.among(&dims[missing..]);
        Ok(Formula::new(among, move |mut element: usize| {
            let (mut at, mut stride) = (0, 1);
            for (&dim, &own) in dims[missing..].iter().zip(&own).rev() {
                at += element % dim % own * stride;
                element /= dim;
                stride *= own;
            }
            values[at]
        }))
    }

    /// Each value with the index of the first element that has it, of a shape whose last axes are these.
    fn among(&self, dims: &[usize]) -> Vec<(usize, f64)> {
        let element = |mut at: usize| {
            let (mut element, mut stride) = (0, 1);
            for (&dim, &own) in dims.iter().zip(&self.dims).rev() {
                element += at % own * stride;
                at /= own;
                stride *= dim;
            }
            element
        };
        self.values.iter().enumerate().map(|(at, &value)| (element(at), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The element that each value is found at is the first that has it, when it is repeated along some axes.
    #[test]
    fn values_are_among_the_elements() -> Result<()> {
        let array = Array::new(&Shape::from((2, 1, 3)), (0..6).map(f64::from).collect())?;
        let due: Vec<_> = (0..6).map(|at| (at / 3 * 12 + at % 3, at as f64)).collect();
        assert_eq!(array.among(&[2, 4, 3]), due);
        Ok(())
    }
}
