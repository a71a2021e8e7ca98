//! Values given one by one.

use std::sync::Arc;

use candle_core::{DType, Shape, Tensor};

use crate::element_count::element_count;
use crate::error::Error;
use crate::error::Result;
use crate::widen::widen;

/// An array of constants that is repeated along leading and singleton axes, as NumPy broadcasts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array {
    pub(crate) dims: Vec<usize>,
    pub(crate) values: Arc<[f64]>,
}

impl Array {
    pub(crate) fn new(shape: &Shape, values: Vec<f64>) -> Result<Self> {
        let expected = element_count(shape)?;
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

    /// The constant at each index of a shape.
    pub(crate) fn formula(&self, shape: &Shape) -> Result<impl Fn(usize) -> f64 + use<>> {
        let (dims, own) = (shape.dims().to_vec(), self.dims.clone());
        let missing = dims.len().checked_sub(own.len());
        let fits = |missing: usize| own.iter().zip(&dims[missing..]).all(|(&a, &b)| a == b || a == 1);
        let missing = missing.filter(|&missing| fits(missing)).ok_or_else(|| {
            Error::shape("values", shape, format!("values of shape {own:?} do not broadcast to it"))
        })?;
        let values = self.values.clone();
        Ok(move |mut element: usize| {
            let (mut at, mut stride) = (0, 1);
            for (&dim, &own) in dims[missing..].iter().zip(&own).rev() {
                at += element % dim % own * stride;
                element /= dim;
                stride *= own;
            }
            values[at]
        })
    }
}
