//! How many ReLUs die.

use anyhow::Result;
use candle_init::{Init, init};
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::Section;

use super::bench::Bench;
use super::bend::RELU;
use super::start::Start;
use super::words::percent;

const DEPTH: usize = 30;

pub(super) fn section(bench: &Bench) -> Result<Section> {
    let by_bias = [
        ("bias 0", init::HE_NORMAL, 0.0),
        ("bias −0.1", init::HE_NORMAL, -0.1),
        ("bias −0.3", init::HE_NORMAL, -0.3),
        ("bias +0.1", init::HE_NORMAL, 0.1),
    ];
    let by_law = [
        ("He", init::HE_NORMAL, -0.1),
        ("Glorot", init::GLOROT_NORMAL, -0.1),
        ("N(0, 1)", Init::Randn { mean: 0.0, stdev: 1.0 }, -0.1),
    ];
    let (bias, bias_last) = chart(bench, "By bias, weights by He", &by_bias)?;
    let (law, law_last) = chart(bench, "By law, biases −0.1", &by_law)?;
    let text = format!(
        "A ReLU that is off for every image passes nothing and gets no gradient. With biases of 0 a unit is off for half \
         of all inputs, but deep down the inputs of a layer have become alike, and units are off for all of them. \
         Biases below 0 kill sooner, the more so the smaller the signal. In layer {DEPTH}: {bias_last}; with biases of −0.1 by law: {law_last}."
    );
    Ok(Section::new("How many ReLUs die").text(text).figure(bias).figure(law))
}

/// The share of dead units by layer of each of `starts`, and the last layer's in words.
fn chart(bench: &Bench, title: &str, starts: &[(&str, Init, f64)]) -> Result<(Figure, String)> {
    let (mut series, mut words) = (Vec::new(), Vec::new());
    for &(name, law, bias) in starts {
        let measured = bench.signal(&Start::new(RELU, DEPTH, law).biases(Init::Const(bias)))?;
        series.push(Series::by_layer(name, &measured.values(|layer| layer.dead)));
        words.push(format!("{name} {}", percent(measured.last(|layer| layer.dead))));
    }
    let (title, x, y) = (title.into(), "hidden layer".into(), "share of dead units".into());
    let chart = LineChart { title, x, y, bounds: Some((0.0, 1.0)), series, ..LineChart::default() };
    Ok((Figure::from(&chart), words.join(", ")))
}
