//! Reason small weights vanish and large ones explode.

use anyhow::Result;
use candle_init::{Init, init};
use candle_init_probe::LayerSignal;
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::Section;

use super::bench::{Bench, Measured, WIDTH, passed};
use super::bend::RELU;
use super::start::Start;
use super::words::number;

const DEPTH: usize = 30;

pub(super) fn small(bench: &Bench) -> Result<Section> {
    let (figures, text) = beside_he(bench, 0.01, "N(0, 0.01²)")?;
    let section = Section::new("Small weights: the signal vanishes").text(format!(
        "Each layer multiplies the signal by about `std·√(n/2)`, here {}. {text} A gradient that small moves nothing.",
        number(factor(0.01))
    ));
    Ok(figures.into_iter().fold(section, Section::figure))
}

pub(super) fn large(bench: &Bench) -> Result<Section> {
    let (figures, text) = beside_he(bench, 1.0, "N(0, 1)")?;
    let section = Section::new("Large weights: the signal explodes").text(format!(
        "The same factor, here {}, now above one. {text} The first step throws the net out of all bounds.",
        number(factor(1.0))
    ));
    Ok(figures.into_iter().fold(section, Section::figure))
}

/// What a ReLU layer of normal weights does to the size of a signal.
fn factor(std: f64) -> f64 {
    std * (WIDTH as f64 / 2.0).sqrt()
}

/// Signals and gradients of weights of this size and of He's, and what became of them.
fn beside_he(bench: &Bench, stdev: f64, label: &str) -> Result<(Vec<Figure>, String)> {
    let ours = bench.signal(&Start::new(RELU, DEPTH, Init::Randn { mean: 0.0, stdev }))?;
    let he = bench.signal(&Start::new(RELU, DEPTH, init::HE_NORMAL))?;
    let forward = chart("Forward: what layers pass on", "std", vec![passed(label, &ours), passed("He", &he)]);
    let errors = |label: &str, one: &Measured| Series::by_layer(label, &one.values(error));
    let backward =
        chart("Back: gradient at what layers pass on", "rms", vec![errors(label, &ours), errors("He", &he)]);
    let text = format!(
        "After {DEPTH} layers the activations' std is {}, where He's weights leave {}; the gradient of the first layer's weights has \
         a std of {}, He's {}.",
        number(ours.last(|layer| layer.passed.std)),
        number(he.last(|layer| layer.passed.std)),
        number(ours.gradients().first().copied().unwrap_or(f64::NAN)),
        number(he.gradients().first().copied().unwrap_or(f64::NAN)),
    );
    Ok((vec![forward, backward], text))
}

/// The size of the loss's gradient with respect to what a layer passes on.
fn error(layer: &LayerSignal) -> f64 {
    layer.error_rms.unwrap_or(f64::NAN)
}

fn chart(title: &str, y: &str, series: Vec<Series>) -> Figure {
    let (title, x, y) = (title.into(), "hidden layer".into(), y.into());
    Figure::from(&LineChart { title, x, y, log_y: true, series, ..LineChart::default() })
}
