//! What He does for ReLU.

use anyhow::Result;
use candle_init::init;

use super::bench::{Bench, Measured};
use super::bend::RELU;
use super::facts::Facts;
use super::start::Start;
use crate::figure::{Chart, Ink, Line, Stroke, file};

const DEPTH: usize = 30;

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let he = ratios(&bench.signal(&Start::new(RELU, DEPTH, init::HE_NORMAL))?);
    let glorot = ratios(&bench.signal(&Start::new(RELU, DEPTH, init::GLOROT_NORMAL))?);
    let theory: Vec<_> = (0..DEPTH as i32).map(|layer| 0.5f64.powi(layer)).collect();
    let last = |values: &[f64]| values.last().copied().unwrap_or(f64::NAN);
    facts.number("relu.he", last(&he));
    facts.number("relu.glorot", last(&glorot));
    facts.number("relu.theory", last(&theory));
    let chart = Chart {
        title: "ReLU: mean square of layers' outputs".into(),
        x: "hidden layer".into(),
        y: "relative to the first layer, log scale".into(),
        log: true,
        lines: vec![
            Line::by_layer("He", Ink::He, &he),
            Line::by_layer("Glorot", Ink::Glorot, &glorot),
            Line::by_layer("theory: 1", Ink::Theory, &[1.0; DEPTH]).stroke(Stroke::Dashed),
            Line::by_layer("theory: ½ a layer", Ink::Theory, &theory).stroke(Stroke::Dashed),
        ],
        ..Chart::default()
    };
    facts.chart("relu.squares", &chart);
    facts.html("relu.file", file("He keeps a ReLU net's signal, Glorot halves it at every layer", &[chart]));
    Ok(())
}

/// The second moment of each layer's output over that of the first.
pub(super) fn ratios(measured: &Measured) -> Vec<f64> {
    let squares = measured.values(|layer| layer.output.second_moment());
    let first = squares.first().copied().unwrap_or(f64::NAN);
    squares.iter().map(|square| square / first).collect()
}
