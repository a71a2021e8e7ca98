//! Batches for those who have none at hand.

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_init::{Init, Initializer};

use crate::error::{Error, Result};
use crate::requirement::at_least_one;
use crate::signals::record::values::values;
use crate::statistics::moments::Moments;

/// A batch of standard normal noise: what a net is given whose inputs are scaled to a mean of 0 and a std of 1.
///
/// # Errors
/// What candle says.
pub fn noise(shape: impl Into<Shape>, seed: u64, device: &Device) -> Result<Tensor> {
    let normal = Init::Randn { mean: 0.0, stdev: 1.0 };
    Ok(Initializer::new(seed).tensor("probe.noise", shape, normal, DType::F32, device)?)
}

/// A batch of token numbers below `vocabulary`, evenly drawn.
///
/// ```
/// let tokens = candle_init_probe::tokens((2, 16), 50_000, 7, &candle_core::Device::Cpu)?;
/// assert!(tokens.flatten_all()?.to_vec1::<u32>()?.iter().all(|&token| token < 50_000));
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
///
/// # Errors
/// [`Error::Number`] for an empty vocabulary; what candle says.
pub fn tokens(shape: impl Into<Shape>, vocabulary: u32, seed: u64, device: &Device) -> Result<Tensor> {
    at_least_one("the number of tokens in the vocabulary", vocabulary as usize)?;
    let shape = shape.into();
    let uniform = Init::Uniform { lo: 0.0, up: f64::from(vocabulary) };
    let drawn = Initializer::new(seed).tensor("probe.tokens", &shape, uniform, DType::F64, &Device::Cpu)?;
    let whole = |value: f64| (value as u32).min(vocabulary - 1);
    let numbers: Vec<u32> = drawn.flatten_all()?.to_vec1::<f64>()?.into_iter().map(whole).collect();
    Ok(Tensor::from_vec(numbers, shape, device)?)
}

/// The batch as a variable where it holds floats.
pub(crate) fn checked(batch: &Tensor) -> Result<Tensor> {
    let refuse = |what: String| Error::Batch { shape: batch.dims().to_vec(), what };
    if batch.elem_count() == 0 {
        return Err(refuse("is empty".into()));
    }
    if !batch.dtype().is_float() {
        return Ok(batch.clone());
    }
    let moments = Moments::of(&values(batch)?);
    if !moments.is_finite() {
        return Err(refuse(format!("holds {} NaN and {} infinite values", moments.nan, moments.infinite)));
    }
    Ok(Var::from_tensor(batch)?.as_tensor().clone())
}
