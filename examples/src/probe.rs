//! Measures a network before training: what its layers pass forward and what comes back.

use anyhow::{Context, Result};
use candle_core::{D, Tensor, Var, backprop::GradStore};
use candle_nn::loss;

use crate::activation::Activation;
use crate::mlp::Mlp;
use crate::set::Set;

/// What one hidden layer does to one batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// Standard deviation of its outputs; infinite if one of them is not finite.
    pub activation_std: f64,
    /// Standard deviation of the loss gradient of its weights; infinite likewise.
    pub gradient_std: f64,
    /// The share of units that are 0 on the whole batch.
    pub dead: f64,
    /// The share of outputs at which the nonlinearity is all but flat.
    pub saturated: f64,
    /// Whether all units have the same weights and the same gradient.
    pub same_units: bool,
}

/// What a network does to one batch, layer by layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The hidden layers, first to last.
    pub layers: Vec<Layer>,
    /// The batch's loss.
    pub loss: f64,
}

impl Probe {
    /// Measures `net`, whose hidden weights are `weights`, on `batch`.
    ///
    /// # Errors
    /// As candle's own operations.
    pub fn new(net: &Mlp, weights: &[Var], batch: &Set) -> Result<Self> {
        let (outputs, logits) = net.trace(&batch.images)?;
        let loss = loss::cross_entropy(&logits, &batch.labels)?;
        let gradients = loss.backward()?;
        let layers = outputs
            .iter()
            .zip(weights)
            .map(|(output, weight)| layer(output, weight, &gradients, net.activation()))
            .collect::<Result<_>>()?;
        Ok(Self { layers, loss: f64::from(loss.to_scalar::<f32>()?) })
    }

    /// The mean over the hidden layers of what `measure` gives; 0 if there are none.
    pub fn mean(&self, measure: impl Fn(&Layer) -> f64) -> f64 {
        self.layers.iter().map(measure).sum::<f64>() / self.layers.len().max(1) as f64
    }

    /// The activations' standard deviations, first layer to last.
    #[must_use]
    pub fn activation_stds(&self) -> Vec<f64> {
        self.layers.iter().map(|layer| layer.activation_std).collect()
    }
}

fn layer(output: &Tensor, weight: &Var, gradients: &GradStore, activation: Activation) -> Result<Layer> {
    let gradient = gradients.get(weight).context(
        "a hidden layer has no gradient; build the network from the variables handed to the probe",
    )?;
    let (values, units) = (values(output)?, output.dim(D::Minus1)?);
    Ok(Layer {
        activation_std: std(&values),
        gradient_std: std(&self::values(gradient)?),
        dead: dead(&values, units),
        saturated: share(&values, |value| activation.is_flat_at(value)),
        same_units: same_rows(weight)? && same_rows(gradient)?,
    })
}

fn values(tensor: &Tensor) -> Result<Vec<f64>> {
    let values = tensor.flatten_all()?.to_vec1::<f32>()?;
    Ok(values.into_iter().map(f64::from).collect())
}

fn std(values: &[f64]) -> f64 {
    if values.iter().any(|value| !value.is_finite()) {
        return f64::INFINITY;
    }
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

fn share(values: &[f64], is: impl Fn(f64) -> bool) -> f64 {
    values.iter().filter(|&&value| is(value)).count() as f64 / values.len().max(1) as f64
}

/// The share of units, one a column, that are 0 in every row.
fn dead(values: &[f64], units: usize) -> f64 {
    let is_dead = |unit: &usize| values.iter().skip(*unit).step_by(units).all(|&value| value == 0.);
    (0..units).filter(is_dead).count() as f64 / units.max(1) as f64
}

/// Whether a matrix has several rows and all are equal to the bit.
fn same_rows(matrix: &Tensor) -> Result<bool> {
    let rows = matrix.to_vec2::<f32>()?;
    Ok(rows.len() > 1 && rows.windows(2).all(|pair| pair[0] == pair[1]))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn std_is_exact_on_a_known_sample() {
        assert_eq!(std(&[1., 3., 1., 3.]), 1.);
        assert_eq!(std(&[1., f64::NAN]), f64::INFINITY);
    }

    #[test]
    fn dead_units_are_zero_in_every_row() {
        assert_eq!(dead(&[0., 1., 0., 0., 0., 2.], 3), 1. / 3.);
        assert_eq!(dead(&[0.; 6], 3), 1.);
    }

    #[test]
    fn rows_are_compared_to_the_bit() {
        let matrix = |rows: [[f32; 2]; 2]| Tensor::new(&rows, &Device::Cpu).unwrap();
        assert!(same_rows(&matrix([[1., 2.], [1., 2.]])).unwrap());
        assert!(!same_rows(&matrix([[1., 2.], [1., 2.0000002]])).unwrap());
        let one = Tensor::new(&[[1f32, 2.]], &Device::Cpu).unwrap();
        assert!(!same_rows(&one).unwrap());
    }
}
