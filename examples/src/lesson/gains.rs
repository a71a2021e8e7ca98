//! The gain of any activation.

use anyhow::Result;
use candle_init::{Rule, gain, init};
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::Section;

use super::bench::Bench;
use super::bend::{Bend, GELU, SILU};
use super::start::Start;
use super::words::number;

const DEPTH: usize = 30;

pub(super) fn section(bench: &Bench) -> Result<Section> {
    let (gelu, gelu_words) = chart(bench, "GELU", GELU)?;
    let (silu, silu_words) = chart(bench, "SiLU", SILU)?;
    let text = format!(
        "For any function f the weights' variance that keeps a signal's mean square is `gain²/fan_in` with \
         `gain = 1/√E[f(z)²]`, z standard normal: He's √2 is ReLU's. `candle_init::gain` computes it. {gelu_words} \
         {silu_words} Unlike ReLU's, these functions are not the same at every scale, so even the right gain holds the \
         size only for a while: beyond some tens of layers use norms or residual branches."
    );
    Ok(Section::new("GELU and SiLU: a gain for any activation").text(text).figure(gelu).figure(silu))
}

fn chart(bench: &Bench, name: &str, bend: Bend) -> Result<(Figure, String)> {
    let gain = gain(bend.theory)?;
    let rules: [(String, Rule); 3] = [
        ("gain 1: LeCun".into(), init::LECUN_NORMAL.into()),
        ("gain √2: He".into(), init::HE_NORMAL.into()),
        (format!("gain {gain:.3}: computed"), init::LECUN_NORMAL.times(gain)),
    ];
    let (mut series, mut last) = (Vec::new(), Vec::new());
    for (label, rule) in rules {
        // The first layer reads pixels of mean square one, which no function has changed.
        let measured = bench.signal(&Start::new(bend, DEPTH, rule).first(init::LECUN_NORMAL))?;
        last.push(number(measured.last(|layer| layer.output.rms())));
        series.push(Series::by_layer(label, &measured.values(|layer| layer.output.rms())));
    }
    let words = format!(
        "{name}'s is {gain:.3}; after {DEPTH} layers gains of 1, √2 and {gain:.3} leave an rms of {}.",
        last.join(", ")
    );
    let (title, x, y) = (name.into(), "hidden layer".into(), "rms of layers' outputs".into());
    Ok((Figure::from(&LineChart { title, x, y, log_y: true, series, ..LineChart::default() }), words))
}
