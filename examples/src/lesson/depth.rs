//! How depth matters.

use anyhow::Result;
use candle_init::activation::{critical, relu_spread};
use candle_init::{Init, Rule, init};
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::Section;

use super::bench::{Bench, Measured, WIDTH};
use super::bend::{RELU, TANH};
use super::fit::{by_step, losses};
use super::relu::ratios;
use super::start::Start;
use super::words::number;

const DEEPEST: usize = 100;
const DEPTHS: [usize; 3] = [10, 30, DEEPEST];
const NETS: u64 = 5;
/// Images for what takes many passes through many layers.
const IMAGES: usize = 64;
const STEPS: usize = 25;
const RATE: f64 = 0.005;

pub(super) fn relu(bench: &Bench) -> Result<Section> {
    let nets = (0..NETS).map(|net| {
        let other = bench.part(IMAGES)?.reseeded(bench.seed.wrapping_add(net));
        Ok(ratios(&other.signal(&Start::new(RELU, DEEPEST, init::HE_NORMAL))?))
    });
    let nets = nets.collect::<Result<Vec<_>>>()?;
    let inside = nets.iter().filter(|net| is_inside(net)).count();
    let spread = relu_spread(WIDTH, DEEPEST);
    let text = format!(
        "He's law keeps the mean square of a ReLU net on average; one net strays. Over nets of n = {WIDTH} units the \
         variance of the mean square grows as `(1 + 5/n)^L − 1`, about `exp(5L/n) − 1` (Hanin and Rolnick 2018): {} at \
         {DEEPEST} layers. The shaded area holds 95 of 100 nets at each depth; at layer {DEEPEST} it holds {inside} of \
         these {NETS}. What helps is width: depth over width is what counts.",
        number(spread)
    );
    let size = Figure::from(&sizes(&nets))
        .with_caption(format!("{NETS} nets of {DEEPEST} layers, started by He from {NETS} seeds."));
    let alike = Figure::from(&chart("Likeness of two images", "mean correlation", false, alike(bench)?))
        .with_caption("What each layer passes on. At 1 a net cannot tell two images apart; size is not all that depth changes.");
    let losses = Figure::from(&losses_by_depth(bench)?)
        .with_caption(format!("Plain gradient descent, rate {RATE}, on {IMAGES} images."));
    Ok(Section::new("Depth: 10, 30, 100 layers").text(text).figure(size).figure(alike).figure(losses))
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

fn sizes(nets: &[Vec<f64>]) -> LineChart {
    let bands = (1..=DEEPEST).map(|layer| (layer as f64, band(layer).0, band(layer).1)).collect();
    let one = |(net, ratios): (usize, &Vec<f64>)| Series::by_layer(format!("seed +{net}"), ratios);
    let mut series =
        vec![Series::by_layer("mean over nets, theory", &[1.0; DEEPEST]).thin().with_band(bands)];
    series.extend(nets.iter().enumerate().map(one));
    chart("Mean square of layers' outputs", "relative to the first layer", true, series)
}

fn alike(bench: &Bench) -> Result<Vec<Series>> {
    let he = bench.signal(&Start::new(RELU, DEEPEST, init::HE_NORMAL))?;
    let edge = bench.signal(&tanh_starts()?.2)?;
    let line =
        |label, measured: &Measured| Series::by_layer(label, &measured.values(|layer| layer.correlation));
    Ok(vec![line("ReLU, He", &he), line("tanh, edge of chaos", &edge)])
}

fn losses_by_depth(bench: &Bench) -> Result<LineChart> {
    let bench = bench.part(IMAGES)?;
    let mut series = Vec::new();
    for depth in DEPTHS {
        let losses = losses(&bench, &Start::new(RELU, depth, init::HE_NORMAL), STEPS, RATE)?;
        series.push(Series::new(format!("{depth} layers"), by_step(&losses)));
    }
    let (title, x) = ("Loss of He's ReLU nets".into(), "step".into());
    let bounds = Some((0.0, 6.0));
    Ok(LineChart { title, x, y: "cross-entropy".into(), bounds, series, ..LineChart::default() })
}

pub(super) fn tanh(bench: &Bench) -> Result<Section> {
    let (short, glorot, edge) = tanh_starts()?;
    let measured = [short, glorot, edge].map(|start| bench.signal(&start));
    let [short, glorot, edge] = measured;
    let all = [("0.9·Glorot", short?), ("Glorot", glorot?), ("edge of chaos", edge?)];
    let forward =
        all.iter().map(|(name, one)| Series::by_layer(*name, &one.values(|layer| layer.passed.std)));
    let backward = all.iter().map(|(name, one)| Series::by_layer(*name, &one.gradients()));
    let last = all.iter().map(|(name, one)| format!("{name} {}", number(one.last(|layer| layer.passed.std))));
    let text = format!(
        "In a deep tanh net there is one weight variance for each bias variance at which signal and gradient pass \
         through any depth: the edge of chaos (Schoenholz et al. 2017), which \
         `candle_init::activation::critical(Activation::Tanh, q)` computes for signals of variance q. With smaller weights both \
         vanish. Glorot's law is the edge for signals of size zero only, so its signals shrink, but slowly. The std \
         that layer {DEEPEST} passes on: {}.",
        last.collect::<Vec<_>>().join(", ")
    );
    Ok(Section::new("Depth for tanh: the edge of chaos")
        .text(text)
        .figure(&chart("Forward: what layers pass on", "std", true, forward.collect()))
        .figure(&chart("Back: gradients of the weights", "std", true, backward.collect())))
}

/// Weights that are a little small, Glorot's, and those of the edge of chaos at a variance of one half.
fn tanh_starts() -> Result<(Start, Start, Start)> {
    let (bend, q) = (TANH, 0.5);
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

fn chart(title: &str, y: &str, log_y: bool, series: Vec<Series>) -> LineChart {
    let (title, x, y) = (title.into(), "hidden layer".into(), y.into());
    LineChart { title, x, y, log_y, series, ..LineChart::default() }
}
