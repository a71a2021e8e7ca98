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

/// How many of the rows of `fc1.weight`'s gradient differ, of how many: a row is a neuron's.
pub(super) fn distinct_rows(bench: &Bench, start: &Start) -> Result<(usize, usize)> {
    let (net, vars) = bench.net(start)?;
    let loss = loss::cross_entropy(&net.forward(&bench.set.images)?, &bench.set.labels)?;
    let gradients: GradStore = loss.backward()?;
    let named = candle_init::named_vars(&vars);
    let weight = named.iter().find(|(name, _)| name == "fc1.weight").map(|(_, var)| var);
    let rows = weight.and_then(|var| gradients.get(var)).map(|rows| rows.to_vec2::<f32>()).transpose()?;
    let rows = rows.unwrap_or_default();
    let bits = |row: &Vec<f32>| row.iter().map(|value| (value + 0.0).to_bits()).collect::<Vec<_>>();
    let distinct: std::collections::BTreeSet<_> = rows.iter().map(bits).collect();
    Ok((distinct.len(), rows.len()))
}
