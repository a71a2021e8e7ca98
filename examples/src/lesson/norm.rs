//! Nets with normalization between layers.

use anyhow::Result;
use candle_core::{D, DType, Device, Tensor, Var};
use candle_init::{Init, Initializer, init, named_vars};
use candle_nn::{Linear, Module, VarMap, linear, loss};

use super::bench::{Bench, WIDTH};
use super::facts::Facts;
use super::measure::rms;
use crate::figure::{Chart, Ink, Line};
use crate::mlp::CLASSES;

const DEPTH: usize = 30;
const INITIALIZERS: [(&str, &str, Init, Ink); 3] = [
    ("small", "N(0, 0.01²)", Init::Randn { mean: 0.0, stdev: 0.01 }, Ink::Small),
    ("he", "He", init::HE_NORMAL, Ink::He),
    ("large", "N(0, 1)", Init::Randn { mean: 0.0, stdev: 1.0 }, Ink::Large),
];

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for (fact, name, initializer, ink) in INITIALIZERS {
        let (passed, gradients) = run(bench, initializer)?;
        facts.number(format!("norm.{fact}.passed"), passed.last().copied().unwrap_or(f64::NAN));
        facts.number(format!("norm.{fact}.gradient"), gradients.last().copied().unwrap_or(f64::NAN));
        forward.push(Line::by_layer(name, ink, &passed));
        backward.push(Line::by_layer(name, ink, &gradients));
    }
    facts.chart(
        "norm.forward",
        &chart("Layer norm: the signal", "rms of what a layer passes on, log scale", forward),
    );
    facts.chart(
        "norm.backward",
        &chart("Layer norm: the weights' gradient", "rms of the weights' gradient, log scale", backward),
    );
    Ok(())
}

fn chart(title: &str, y: &str, lines: Vec<Line>) -> Chart {
    Chart { title: title.into(), x: "hidden layer".into(), y: y.into(), log: true, lines, ..Chart::default() }
}

/// What each layer passes on, and its weight's gradient, in a ReLU net that normalizes each layer's outputs.
fn run(bench: &Bench, initializer: Init) -> Result<(Vec<f64>, Vec<f64>)> {
    let vars = VarMap::new();
    let initializers =
        Initializer::new(bench.seed).rule("*.bias", init::ZEROS).rule("head.weight", init::LECUN_NORMAL);
    let vb = initializers.weights(initializer).var_builder(&vars, DType::F32, &Device::Cpu);
    let layer =
        |at: usize| linear(if at == 0 { bench.inputs } else { WIDTH }, WIDTH, vb.pp(format!("fc{at}")));
    let layers = (0..DEPTH).map(layer).collect::<candle_core::Result<Vec<Linear>>>()?;
    let head = linear(WIDTH, CLASSES, vb.pp("head"))?;
    let (mut x, mut passed) = (bench.set.images.clone(), Vec::new());
    for layer in &layers {
        x = standard(&layer.forward(&x)?)?.relu()?;
        passed.push(rms(&x)?);
    }
    let gradients = loss::cross_entropy(&head.forward(&x)?, &bench.set.labels)?.backward()?;
    let named: std::collections::BTreeMap<String, Var> = named_vars(&vars).into_iter().collect();
    let of = |at: usize| -> Result<f64> {
        let var = named.get(&format!("fc{at}.weight"));
        var.and_then(|var| gradients.get(var)).map_or(Ok(0.0), rms)
    };
    Ok((passed, (0..DEPTH).map(of).collect::<Result<_>>()?))
}

/// Layer norm with an epsilon that is small even beside outputs of small weights.
fn standard(x: &Tensor) -> candle_core::Result<Tensor> {
    let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
    centred.broadcast_div(&(variance + 1e-12)?.sqrt()?)
}
