//! Batches for those who have none at hand.

use candle_core::{DType, Device, Shape, Tensor};
use candle_init::{Init, Initializer};

use crate::{Error, Result};

/// A batch of standard normal noise: what a net is given whose inputs are scaled to a mean of 0 and a std of 1.
///
/// # Errors
/// What candle says.
pub fn noise(shape: impl Into<Shape>, seed: u64, device: &Device) -> Result<Tensor> {
    let law = Init::Randn { mean: 0.0, stdev: 1.0 };
    Ok(Initializer::new(seed).tensor("probe.noise", shape, law, DType::F32, device)?)
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
    if vocabulary == 0 {
        return Err(Error::Number {
            parameter: "the vocabulary",
            value: 0.0,
            required: "at least one token",
        });
    }
    let shape = shape.into();
    let law = Init::Uniform { lo: 0.0, up: f64::from(vocabulary) };
    let drawn = Initializer::new(seed).tensor("probe.tokens", &shape, law, DType::F64, &Device::Cpu)?;
    let whole = |value: f64| (value as u32).min(vocabulary - 1);
    let numbers: Vec<u32> = drawn.flatten_all()?.to_vec1::<f64>()?.into_iter().map(whole).collect();
    Ok(Tensor::from_vec(numbers, shape, device)?)
}
