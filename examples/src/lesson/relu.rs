//! What He does for ReLU.

use anyhow::Result;
use candle_init::init;
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::Section;

use super::bench::{Bench, Measured};
use super::bend::RELU;
use super::start::Start;
use super::words::number;

const DEPTH: usize = 30;

pub(super) fn section(bench: &Bench) -> Result<Section> {
    let he = ratios(&bench.signal(&Start::new(RELU, DEPTH, init::HE_NORMAL))?);
    let glorot = ratios(&bench.signal(&Start::new(RELU, DEPTH, init::GLOROT_NORMAL))?);
    let theory: Vec<_> = (0..DEPTH as i32).map(|layer| 0.5f64.powi(layer)).collect();
    let chart = LineChart {
        title: "Mean square of layers' outputs".into(),
        x: "hidden layer".into(),
        y: "relative to the first layer".into(),
        log_y: true,
        series: vec![
            Series::by_layer("He, measured", &he),
            Series::by_layer("Glorot, measured", &glorot),
            Series::by_layer("1, theory for He", &vec![1.0; DEPTH]).thin(),
            Series::by_layer("½ a layer, theory for Glorot", &theory).thin(),
        ],
        ..LineChart::default()
    };
    let last = |values: &[f64]| number(values.last().copied().unwrap_or(f64::NAN));
    let text = format!(
        "ReLU sets half of a signal to zero, so Glorot's weights halve its mean square at every layer; He's, of \
         variance 2/fan_in, make up for it. At layer {DEPTH} theory has {} for Glorot and 1 for He; these two nets \
         have {} and {}.",
        last(&theory),
        last(&glorot),
        last(&he)
    );
    let figure = Figure::from(&chart).with_caption("Outputs before the activation. One net each: a net of finite width strays from theory, by more the deeper it is.");
    Ok(Section::new("He for ReLU").text(text).figure(figure))
}

/// The second moment of each layer's output over that of the first.
pub(super) fn ratios(measured: &Measured) -> Vec<f64> {
    let squares = measured.values(|layer| layer.output.second_moment());
    let first = squares.first().copied().unwrap_or(f64::NAN);
    squares.iter().map(|square| square / first).collect()
}
