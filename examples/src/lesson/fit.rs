//! A few steps of plain gradient descent.

use anyhow::Result;
use candle_core::backprop::GradStore;
use candle_init::trainable_vars;
use candle_nn::{Module, Optimizer, SGD, VarMap, loss};

use super::bench::Bench;
use super::net::Net;
use super::start::Start;

/// Takes `steps` steps of plain gradient descent on the bench's batch; the loss before each of them.
pub(super) fn descend(bench: &Bench, net: &Net, vars: &VarMap, steps: usize, rate: f64) -> Result<Vec<f64>> {
    let mut rule = SGD::new(trainable_vars(vars), rate)?;
    let mut losses = Vec::with_capacity(steps + 1);
    for _ in 0..steps {
        let loss = loss::cross_entropy(&net.forward(&bench.set.images)?, &bench.set.labels)?;
        rule.backward_step(&loss)?;
        losses.push(f64::from(loss.to_scalar::<f32>()?));
    }
    Ok(losses)
}

/// The losses of `steps` steps, the loss before training first.
pub(super) fn losses(bench: &Bench, start: &Start, steps: usize, rate: f64) -> Result<Vec<f64>> {
    let (net, vars) = bench.net(start)?;
    let mut losses = descend(bench, &net, &vars, steps, rate)?;
    let loss = loss::cross_entropy(&net.forward(&bench.set.images)?, &bench.set.labels)?;
    losses.push(f64::from(loss.to_scalar::<f32>()?));
    Ok(losses)
}

/// The rows of `fc1.weight`'s gradient: a row is a neuron's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) all: usize,
    /// How many different ones there are; all rows of zeros are one.
    pub(super) distinct: usize,
    /// How many are rows of zeros.
    pub(super) empty: usize,
}

impl Rows {
    /// Counts those of the net that starts so.
    pub(super) fn of(bench: &Bench, start: &Start) -> Result<Self> {
        let (net, vars) = bench.net(start)?;
        let loss = loss::cross_entropy(&net.forward(&bench.set.images)?, &bench.set.labels)?;
        let gradients: GradStore = loss.backward()?;
        let named = candle_init::named_vars(&vars);
        let weight = named.iter().find(|(name, _)| name == "fc1.weight").map(|(_, var)| var);
        let rows = weight.and_then(|var| gradients.get(var)).map(|rows| rows.to_vec2::<f32>()).transpose()?;
        Ok(Self::count(&rows.unwrap_or_default()))
    }

    fn count(rows: &[Vec<f32>]) -> Self {
        // -0 and 0 are one value.
        let bits = |row: &Vec<f32>| row.iter().map(|value| (value + 0.0).to_bits()).collect::<Vec<_>>();
        let distinct: std::collections::BTreeSet<_> = rows.iter().map(bits).collect();
        let empty = rows.iter().filter(|row| row.iter().all(|value| *value == 0.0)).count();
        Self { all: rows.len(), distinct: distinct.len(), empty }
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_of_zeros_are_one_distinct_row() {
        let rows = Rows::count(&[vec![0.0, 1.0], vec![-0.0, 0.0], vec![0.0, 0.0], vec![0.0, 1.0]]);
        assert_eq!((rows.all, rows.distinct, rows.empty), (4, 2, 2));
    }
}
