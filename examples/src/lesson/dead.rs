//! How many ReLUs die, by their start and by what training does to them.

use anyhow::Result;
use candle_init::{Init, init};

use super::bench::Bench;
use super::bend::{LEAKY, RELU};
use super::facts::Facts;
use super::start::Start;
use crate::figure::{Chart, Ink, Line, Stroke};

const DEPTH: usize = 30;
/// Of the net that is trained.
const SHALLOW: usize = 5;
const STEPS: usize = 30;

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    starts(bench, facts)?;
    training(bench, facts)
}

/// The share of dead units by layer, before training.
fn starts(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let large = Init::Randn { mean: 0.0, stdev: 1.0 };
    let cases = [
        ("zero", "He, bias 0", init::HE_NORMAL, 0.0, Ink::He, Stroke::Solid),
        ("down", "He, bias −0.1", init::HE_NORMAL, -0.1, Ink::He, Stroke::Dashed),
        ("glorot", "Glorot, bias −0.1", init::GLOROT_NORMAL, -0.1, Ink::Glorot, Stroke::Dashed),
        ("large", "N(0, 1), bias −0.1", large, -0.1, Ink::Large, Stroke::Dashed),
    ];
    let mut lines = Vec::new();
    for (fact, name, initializer, bias, ink, stroke) in cases {
        let measured = bench.signal(&Start::new(RELU, DEPTH, initializer).biases(Init::Const(bias)))?;
        facts.percent(format!("dead.{fact}"), measured.last(|layer| layer.dead));
        lines.push(Line::by_layer(name, ink, &measured.values(|layer| layer.dead)).stroke(stroke));
    }
    facts.chart("dead.starts", &chart("Dead at the start, by layer", lines));
    Ok(())
}

/// The share of dead units by layer after some steps: from a small and a large rate, and from He's and larger weights.
fn training(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let cases = [
        ("slow", "He, rate 0.05", RELU, 1.0, 0.05, Stroke::Solid),
        ("heavy", "3·He, rate 0.05", RELU, 3.0, 0.05, Stroke::Dotted),
        ("fast", "He, rate 0.7", RELU, 1.0, 0.7, Stroke::Dashed),
        ("leaky", "He, leaky, rate 0.7", LEAKY, 1.0, 0.7, Stroke::Thin),
    ];
    let mut lines = Vec::new();
    for (fact, name, bend, scale, rate, stroke) in cases {
        let start = Start::new(bend, SHALLOW, init::HE_NORMAL.times(scale));
        let measured = bench.signal_after(&start, STEPS, rate)?;
        let dead = measured.values(|layer| layer.dead);
        facts.percent(format!("dead.{fact}"), measured.mean(|layer| layer.dead));
        lines.push(Line::by_layer(name, Ink::He, &dead).stroke(stroke));
    }
    facts.html("dead.steps", STEPS.to_string());
    facts.chart("dead.training", &chart("Dead after 30 steps", lines));
    Ok(())
}

fn chart(title: &str, lines: Vec<Line>) -> Chart {
    let (x, y) = ("hidden layer".into(), "share of units off for all 256 images".into());
    Chart { title: title.into(), x, y, share: true, lines, ..Chart::default() }
}
