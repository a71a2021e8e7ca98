//! Reason small weights vanish and large ones explode.

use anyhow::Result;
use candle_init::{Init, init};

use super::bench::{Bench, Measured, WIDTH};
use super::bend::RELU;
use super::facts::Facts;
use super::start::Start;
use crate::figure::{Chart, Ink, Line};

const DEPTH: usize = 30;

const INITIALIZERS: [(&str, &str, Init, Ink); 3] = [
    ("large", "N(0, 1)", Init::Randn { mean: 0.0, stdev: 1.0 }, Ink::Large),
    ("he", "He", init::HE_NORMAL, Ink::He),
    ("small", "N(0, 0.01²)", Init::Randn { mean: 0.0, stdev: 0.01 }, Ink::Small),
];

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    facts.number("growth.small.factor", factor(0.01));
    facts.number("growth.large.factor", factor(1.0));
    facts.number("growth.small.power", factor(0.01).powi(DEPTH as i32));
    facts.number("growth.large.power", factor(1.0).powi(DEPTH as i32));
    facts.number("growth.first", (bench.inputs as f64 / WIDTH as f64).sqrt());
    facts.html("growth.inputs", bench.inputs.to_string());
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for (fact, name, initializer, ink) in INITIALIZERS {
        let measured = bench.signal(&Start::new(RELU, DEPTH, initializer))?;
        tell(facts, fact, &measured);
        forward.push(Line::by_layer(name, ink, &measured.passed()));
        backward.push(Line::by_layer(name, ink, &measured.errors()));
    }
    facts.chart(
        "growth.forward",
        &chart("Forward: the signal by layer", "rms of what a layer passes on, log scale", forward),
    );
    facts.chart(
        "growth.backward",
        &chart("Back: what comes back to a layer", "rms of the loss's gradient there, log scale", backward),
    );
    Ok(())
}

/// What a ReLU layer of normal weights does to the size of a signal.
fn factor(std: f64) -> f64 {
    std * (WIDTH as f64 / 2.0).sqrt()
}

fn tell(facts: &mut Facts, fact: &str, measured: &Measured) {
    facts.number(format!("growth.{fact}.passed"), measured.last(|layer| layer.passed.rms()));
    let first = measured.errors().first().copied().unwrap_or(f64::NAN);
    facts.number(format!("growth.{fact}.gradient"), first);
}

fn chart(title: &str, y: &str, lines: Vec<Line>) -> Chart {
    Chart { title: title.into(), x: "hidden layer".into(), y: y.into(), log: true, lines, ..Chart::default() }
}
