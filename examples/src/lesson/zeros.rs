//! Reason zeros fail.

use anyhow::Result;
use candle_init::{Init, init};

use super::bench::Bench;
use super::bend::RELU;
use super::facts::Facts;
use super::fit::{Rows, losses};
use super::start::Start;
use crate::figure::{Chart, Ink, Line, Stroke};
use crate::mlp::CLASSES;

const DEPTH: usize = 3;
const STEPS: usize = 60;
const RATE: f64 = 0.1;

/// The initializers, the names of their facts, and what they are called.
const INITIALIZERS: [(&str, &str, Init, Ink, Stroke); 3] = [
    ("zero", "zeros", init::ZEROS, Ink::Zeros, Stroke::Solid),
    ("const", "all 0.01", Init::Const(0.01), Ink::Zeros, Stroke::Dashed),
    ("he", "He", init::HE_NORMAL, Ink::He, Stroke::Solid),
];

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let mut lines = Vec::new();
    for (fact, name, initializer, ink, stroke) in INITIALIZERS {
        let start = Start::new(RELU, DEPTH, initializer);
        let rows = Rows::of(bench, &start)?;
        facts.html(format!("zeros.{fact}.distinct"), rows.distinct.to_string());
        facts.html(format!("zeros.{fact}.empty"), rows.empty.to_string());
        facts.html("zeros.of", rows.all.to_string());
        let losses = losses(bench, &start, STEPS, RATE)?;
        facts.number(format!("zeros.{fact}.last"), losses.last().copied().unwrap_or(f64::NAN));
        lines.push(Line::by_step(name, ink, &losses).stroke(stroke));
    }
    let chance = (CLASSES as f64).ln();
    facts.number("zeros.chance", chance);
    facts.html("zeros.steps", STEPS.to_string());
    let chart = Chart {
        title: "Loss by step from equal and from random weights".into(),
        x: format!("step of plain gradient descent, rate {RATE}"),
        y: "cross-entropy; guessing costs ln 10 = 2.3".into(),
        lines,
        ..Chart::default()
    };
    facts.chart("zeros.losses", &chart);
    Ok(())
}
