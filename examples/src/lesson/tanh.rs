//! What Glorot does for tanh, and why it does less for the sigmoid.

use anyhow::Result;
use candle_core::Tensor;
use candle_init::{Init, init};

use super::bench::Bench;
use super::bend::{SIGMOID, TANH};
use super::facts::Facts;
use super::measure::counts;
use super::sheet::std;
use super::start::Start;
use crate::figure::{Bars, Chart, Ink, Line, Stroke};

const DEPTH: usize = 6;
/// What tanh can give.
const ENDS: (f64, f64) = (-1.0, 1.0);

const INITIALIZERS: [(&str, &str, Init, Ink); 3] = [
    ("small", "N(0, 0.01²): all near zero", Init::Randn { mean: 0.0, stdev: 0.01 }, Ink::Small),
    (
        "large",
        "N(0, 1): all at the ends, where tanh is flat",
        Init::Randn { mean: 0.0, stdev: 1.0 },
        Ink::Large,
    ),
    ("glorot", "Glorot: alive in every layer", init::GLOROT_NORMAL, Ink::Glorot),
];

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    for (fact, title, initializer, ink) in INITIALIZERS {
        let measured = bench.signal(&Start::new(TANH, DEPTH, initializer))?;
        facts.number(format!("tanh.{fact}.last"), measured.last(|layer| layer.passed.rms()));
        facts.percent(format!("tanh.{fact}.flat"), measured.mean(|layer| layer.saturated));
        facts.bars(format!("tanh.{fact}"), &bars(bench, title, ink, initializer)?);
    }
    unequal(facts)?;
    sigmoid(bench, facts)
}

/// What Glorot does to a mean square in a linear layer of 256 inputs and 128 outputs, forward and back.
fn unequal(facts: &mut Facts) -> Result<()> {
    let (inputs, outputs) = (256, 128);
    let variance = std(init::GLOROT_UNIFORM.into(), (outputs, inputs))?.powi(2);
    facts.html("glorot.inputs", inputs.to_string());
    facts.html("glorot.outputs", outputs.to_string());
    facts.number("glorot.forward", inputs as f64 * variance);
    facts.number("glorot.backward", outputs as f64 * variance);
    Ok(())
}

fn bars(bench: &Bench, title: &str, ink: Ink, initializer: Init) -> Result<Bars> {
    let (net, _) = bench.net(&Start::new(TANH, DEPTH, initializer))?;
    let (hidden, _) = net.states(&bench.set.images)?;
    let cell =
        |(index, values): (usize, &Tensor)| Ok((format!("layer {}", index + 1), counts(values, ENDS)?));
    let cells = hidden.iter().enumerate().map(cell).collect::<Result<_>>()?;
    Ok(Bars { title: title.into(), ink, ends: ENDS, cells })
}

/// The gradient that reaches each layer's weight: tanh and sigmoid from Glorot's weights.
fn sigmoid(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let mut lines = Vec::new();
    for (fact, name, bend, stroke) in
        [("tanh", "tanh", TANH, Stroke::Solid), ("sigmoid", "sigmoid", SIGMOID, Stroke::Dashed)]
    {
        let gradients = bench.signal(&Start::new(bend, DEPTH, init::GLOROT_UNIFORM))?.gradients();
        let (first, last) = (gradients.first().copied(), gradients.last().copied());
        facts.number(format!("glorot.{fact}.ratio"), last.unwrap_or(f64::NAN) / first.unwrap_or(f64::NAN));
        lines.push(Line::by_layer(name, Ink::Glorot, &gradients).stroke(stroke));
    }
    let (title, x) = ("Gradients of the weights, both by Glorot".into(), "hidden layer".into());
    let y = "rms of the weights' gradient, log scale".into();
    facts.chart("glorot.gradients", &Chart { title, x, y, log: true, lines, ..Chart::default() });
    Ok(())
}
