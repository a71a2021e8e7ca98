//! Reason zeros fail.

use anyhow::Result;
use candle_init::{Init, init};
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::{Section, Table};

use super::bench::Bench;
use super::bend::RELU;
use super::fit::{by_step, distinct_rows, losses};
use super::start::Start;
use super::words::number;
use crate::mlp::CLASSES;

const DEPTH: usize = 3;
const STEPS: usize = 60;
const RATE: f64 = 0.1;

pub(super) fn section(bench: &Bench) -> Result<Section> {
    let laws = [("zeros", init::ZEROS), ("all 0.01", Init::Const(0.01)), ("He", init::HE_NORMAL)];
    let header = ["weights", "different neurons", "loss at first", "loss at last"];
    let mut table = Table::new(format!("Second layer's gradient, and the loss over {STEPS} steps"), header);
    let mut series = Vec::new();
    for (name, law) in laws {
        let start = Start::new(RELU, DEPTH, law);
        let (distinct, of) = distinct_rows(bench, &start)?;
        let losses = losses(bench, &start, STEPS, RATE)?;
        let [first, last] =
            [losses.first(), losses.last()].map(|loss| number(loss.copied().unwrap_or(f64::NAN)));
        table = table.row([name.into(), format!("{distinct} of {of}"), first, last]);
        series.push(Series::new(name, by_step(&losses)));
    }
    let chance = (CLASSES as f64).ln();
    series.push(Series::new("ln 10: guessing", vec![(0.0, chance), (STEPS as f64, chance)]).thin());
    let chart = LineChart {
        title: "Loss by step".into(),
        x: format!("step of plain gradient descent, rate {RATE}"),
        y: "cross-entropy".into(),
        series,
        ..LineChart::default()
    };
    let caption = format!("{DEPTH} hidden layers of ReLU units, biases 0.");
    Ok(Section::new("Zeros: every neuron is the same")
        .text(
            "Neurons that start equal get equal gradients and stay equal: however wide, a layer is then one neuron. \
             With zeros nothing passes at all, and the net can only learn how common each class is. With He's weights neurons differ, but for those that are off for every image.",
        )
        .figure(Figure::from(&chart).with_caption(caption))
        .table(table))
}
