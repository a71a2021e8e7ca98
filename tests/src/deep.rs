//! Deep nets of equal layers, drawn through the crate and run by candle.

use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, init};

use crate::values::values;

/// A weight matrix of `LECUN_NORMAL` times a factor.
///
/// # Errors
/// What the crate says.
pub fn weight(seed: u64, layer: usize, units: usize, factor: f64) -> candle_init::Result<Tensor> {
    let initializer = init::LECUN_NORMAL.times(factor);
    let name = format!("layers.{layer}.weight");
    Initializer::new(seed).tensor(&name, (units, units), initializer, DType::F32, &Device::Cpu)
}

/// A column of biases.
///
/// # Errors
/// What the crate says.
pub fn bias(seed: u64, layer: usize, units: usize, stdev: f64) -> candle_init::Result<Tensor> {
    let initializer = Init::Randn { mean: 0.0, stdev };
    let name = format!("layers.{layer}.bias");
    Initializer::new(seed).tensor(&name, (units, 1), initializer, DType::F32, &Device::Cpu)
}

/// Normal columns of mean square `q`, the second correlated with the first by `c`, both exactly.
///
/// # Errors
/// What candle says.
pub fn pair(seed: u64, units: usize, q: f64, c: f64) -> candle_init::Result<Tensor> {
    let initializer = Init::Randn { mean: 0.0, stdev: 1.0 };
    let draw = |name| Initializer::new(seed).tensor(name, (units, 1), initializer, DType::F32, &Device::Cpu);
    let unit = |x: Tensor| -> Result<Tensor> { &x / squares(&x)?.sqrt() };
    let first = unit(draw("first")?)?;
    let raw = draw("second")?;
    let shared = mean_product(&first, &raw)?;
    let own = unit((raw - (&first * shared)?)?)?;
    let second = ((&first * c)? + (own * (1.0 - c * c).sqrt())?)?;
    Ok((Tensor::cat(&[first, second], 1)? * q.sqrt())?)
}

/// The mean product of two tensors of one shape.
///
/// # Errors
/// What candle says.
pub fn mean_product(a: &Tensor, b: &Tensor) -> Result<f64> {
    let products = values(a)?.into_iter().zip(values(b)?).map(|(a, b)| a * b).collect::<Vec<_>>();
    Ok(products.iter().sum::<f64>() / products.len() as f64)
}

/// The mean square.
///
/// # Errors
/// What candle says.
pub fn squares(tensor: &Tensor) -> Result<f64> {
    mean_product(tensor, tensor)
}

/// Mean and standard deviation over nets.
#[must_use]
pub fn mean_and_spread(sample: &[f64]) -> (f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    (mean, (sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt())
}
