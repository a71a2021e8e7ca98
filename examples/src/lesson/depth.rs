//! How depth matters.

use anyhow::Result;
use candle_init::activation::{critical, relu_spread};
use candle_init::{Init, Rule, init};

use super::bench::{Bench, Measured, WIDTH};
use super::bend::{LINEAR, RELU, TANH};
use super::facts::Facts;
use super::fit::losses;
use super::relu::ratios;
use super::start::Start;
use crate::figure::{Chart, Ink, Line, Stroke};

const DEEPEST: usize = 100;
const DEPTHS: [usize; 3] = [10, 30, DEEPEST];
const NETS: u64 = 5;
/// Images for what takes many passes through many layers.
const IMAGES: usize = 64;
/// The variance of signals that the edge of chaos is computed for.
const Q: f64 = 0.5;
const STEPS: usize = 25;
const RATE: f64 = 0.005;

pub(super) fn relu(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let nets = (0..NETS).map(|net| {
        let other = bench.part(IMAGES)?.reseeded(bench.seed.wrapping_add(net));
        Ok(ratios(&other.signal(&Start::new(RELU, DEEPEST, init::HE_NORMAL))?))
    });
    let nets = nets.collect::<Result<Vec<_>>>()?;
    facts.html("depth.inside", nets.iter().filter(|net| is_inside(net)).count().to_string());
    facts.html("depth.nets", NETS.to_string());
    facts.number("depth.spread", relu_spread(WIDTH, DEEPEST));
    facts.chart("depth.sizes", &sizes(&nets));
    let (title, y) = ("How alike two images become", "mean cosine of what a layer passes on");
    let lines = alike(bench, facts)?;
    facts.chart("depth.alike", &Chart { share: true, ..chart(title, y, false, lines) });
    facts.chart("depth.losses", &losses_by_depth(bench)?);
    Ok(())
}

/// Log-normal around a mean of one: two standard deviations around the median.
fn band(layer: usize) -> (f64, f64) {
    let variance = relu_spread(WIDTH, layer - 1).ln_1p();
    let edge = |sigmas: f64| (-variance / 2.0 + sigmas * variance.sqrt()).exp();
    (edge(-2.0), edge(2.0))
}

fn is_inside(net: &[f64]) -> bool {
    let (lo, hi) = band(net.len().max(1));
    net.last().is_some_and(|last| (lo..=hi).contains(last))
}

fn sizes(nets: &[Vec<f64>]) -> Chart {
    let bands = (1..=DEEPEST).map(|layer| (layer as f64, band(layer).0, band(layer).1)).collect();
    let one = |(net, ratios): (usize, &Vec<f64>)| {
        Line::by_layer(format!("seed {}", net + 1), Ink::He, ratios).stroke(Stroke::Thin)
    };
    let mut lines =
        vec![Line::by_layer("theory", Ink::Theory, &[1.0; DEEPEST]).stroke(Stroke::Dashed).band(bands)];
    lines.extend(nets.iter().enumerate().map(one));
    chart("ReLU by He: mean square of outputs", "relative to the first layer, log scale", true, lines)
}

fn alike(bench: &Bench, facts: &mut Facts) -> Result<Vec<Line>> {
    let he = bench.signal(&Start::new(RELU, DEEPEST, init::HE_NORMAL))?;
    let edge = bench.signal(&tanh_starts()?.2)?;
    let turned = bench.signal(&Start::new(LINEAR, DEEPEST, init::ORTHOGONAL))?;
    facts.number("depth.alike.he", he.last(|layer| layer.correlation));
    facts.number("depth.alike.edge", edge.last(|layer| layer.correlation));
    facts.number("depth.alike.orthogonal", turned.last(|layer| layer.correlation));
    let line = |label, ink, measured: &Measured| {
        Line::by_layer(label, ink, &measured.values(|layer| layer.correlation))
    };
    Ok(vec![
        line("ReLU, He", Ink::He, &he),
        line("tanh, edge", Ink::Edge, &edge),
        line("linear, orthogonal", Ink::Orthogonal, &turned),
    ])
}

fn losses_by_depth(bench: &Bench) -> Result<Chart> {
    let bench = bench.part(IMAGES)?;
    let mut lines = Vec::new();
    for (depth, stroke) in DEPTHS.into_iter().zip([Stroke::Solid, Stroke::Dashed, Stroke::Thin]) {
        let losses = losses(&bench, &Start::new(RELU, depth, init::HE_NORMAL), STEPS, RATE)?;
        lines.push(Line::by_step(format!("{depth} layers"), Ink::He, &losses).stroke(stroke));
    }
    Ok(Chart {
        title: "The same start and rate at three depths".into(),
        x: format!("step of plain gradient descent, rate {RATE}"),
        y: "cross-entropy".into(),
        bounds: Some((0.0, 6.0)),
        lines,
        ..Chart::default()
    })
}

pub(super) fn tanh(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let (short, glorot, edge) = tanh_starts()?;
    let cases = [
        ("short", "0.9·Glorot", short, Stroke::Dashed, Ink::Glorot),
        ("glorot", "Glorot", glorot, Stroke::Solid, Ink::Glorot),
        ("edge", "edge of chaos", edge, Stroke::Solid, Ink::Edge),
    ];
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for (fact, name, start, stroke, ink) in cases {
        let measured = bench.signal(&start)?;
        facts.number(format!("edge.{fact}"), measured.last(|layer| layer.passed.rms()));
        facts.number(format!("edge.{fact}.before"), measured.last(|layer| layer.output.second_moment()));
        forward.push(Line::by_layer(name, ink, &measured.passed()).stroke(stroke));
        backward.push(Line::by_layer(name, ink, &measured.gradients()).stroke(stroke));
    }
    let critical = critical(TANH.theory, Q)?;
    facts.number("edge.weight", critical.weight_std());
    facts.number("edge.bias", critical.bias_std());
    facts.html("edge.bias.long", format!("{:.4}", critical.bias_std()));
    let rms = "rms of what a layer passes on, log scale";
    facts.chart("edge.forward", &chart("tanh, 100 layers: the signal", rms, true, forward));
    let rms = "rms of the weights' gradient, log scale";
    facts.chart("edge.backward", &chart("tanh, 100 layers: the weights' gradient", rms, true, backward));
    Ok(())
}

/// Weights that are a little small, Glorot's, and those of the edge of chaos at a variance of one half.
fn tanh_starts() -> Result<(Start, Start, Start)> {
    let (bend, q) = (TANH, Q);
    let edge = critical(bend.theory, q)?;
    let biases = Init::Randn { mean: 0.0, stdev: edge.bias_std() };
    let weights = init::LECUN_NORMAL.times(edge.weight_std());
    // The first layer reads pixels of mean square one, so this makes its outputs' variance q.
    let first = init::LECUN_NORMAL.times((q - edge.bias_std().powi(2)).sqrt());
    let start = |rule: Rule| Start::new(bend, DEEPEST, rule).first(first.clone());
    Ok((
        start(init::GLOROT_NORMAL.times(0.9)),
        start(init::GLOROT_NORMAL.into()),
        start(weights).biases(biases),
    ))
}

fn chart(title: &str, y: &str, log: bool, lines: Vec<Line>) -> Chart {
    Chart { title: title.into(), x: "hidden layer".into(), y: y.into(), log, lines, ..Chart::default() }
}
