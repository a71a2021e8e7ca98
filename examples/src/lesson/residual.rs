//! Residual nets, with and without their branches scaled.

use anyhow::Result;
use candle_core::{DType, Device, Tensor};
use candle_init::{Initializer, Rule, init};
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::Section;
use candle_init_probe::{Probe, Recorder};
use candle_nn::{Linear, Module, VarBuilder, VarMap, linear, loss};

use super::bench::{Bench, WIDTH};
use super::words::number;
use crate::mlp::CLASSES;

const BLOCKS: usize = 50;

pub(super) fn section(bench: &Bench) -> Result<Section> {
    let scale = (BLOCKS as f64).sqrt().recip();
    let plain = stream(bench, init::HE_NORMAL)?;
    let scaled = stream(bench, init::HE_NORMAL.times(scale))?;
    let growth = |base: f64| (0..=BLOCKS as i32).map(|block| base.powi(block)).collect::<Vec<_>>();
    let theory = growth(1.0 + 1.0 / BLOCKS as f64);
    let chart = LineChart {
        title: "Mean square of the stream".into(),
        x: "blocks passed".into(),
        y: "relative to the start".into(),
        log_y: true,
        series: vec![
            line("branches as they are", &plain),
            line(&format!("branches times 1/√{BLOCKS}"), &scaled),
            line("2 a block, theory", &growth(2.0)).thin(),
            line(&format!("1 + 1/{BLOCKS} a block, theory"), &theory).thin(),
        ],
        ..LineChart::default()
    };
    let last = |values: &[f64]| number(values.last().copied().unwrap_or(f64::NAN));
    let text = format!(
        "In a residual net each block adds its branch to a stream, `x + W·relu(x)`. With He's weights a branch is as \
         large as the stream, so its mean square doubles at each block: times {} after {BLOCKS}. With every branch multiplied by \
         1/√L it grows by a factor of (1 + 1/L)^L, less than e, whatever the number L of blocks: here times {}, where \
         theory has {}.",
        last(&plain),
        last(&scaled),
        last(&theory)
    );
    Ok(Section::new("Residual nets: scale the branches").text(text).figure(Figure::from(&chart)))
}

fn line(label: &str, values: &[f64]) -> Series {
    let points = values.iter().enumerate().map(|(block, value)| (block as f64, *value));
    Series::new(label, points.collect())
}

/// The stream's mean square at its start and after each block, over that at its start.
fn stream(bench: &Bench, branches: impl Into<Rule>) -> Result<Vec<f64>> {
    let (vars, taps) = (VarMap::new(), Recorder::new());
    let laws = Initializer::new(bench.seed)
        .rule("*.bias", init::ZEROS)
        .rule("block*.weight", branches)
        .weights(init::LECUN_NORMAL);
    let vb = laws.var_builder(&vars, DType::F32, &Device::Cpu);
    let net = Residual::new(&vb, bench.inputs, taps.clone())?;
    let cross_entropy = |x: &_| loss::cross_entropy(&net.forward(x)?, &bench.set.labels);
    let signal = Probe::new(&vars).recorder(&taps).signal(&bench.set.images, cross_entropy)?;
    let squares: Vec<_> = signal
        .layers
        .iter()
        .filter(|layer| layer.name == "stem" || layer.name.starts_with("stream"))
        .map(|layer| layer.output.second_moment())
        .collect();
    let first = squares.first().copied().unwrap_or(f64::NAN);
    Ok(squares.iter().map(|square| square / first).collect())
}

/// A stream that each block adds to.
struct Residual {
    stem: Linear,
    blocks: Vec<Linear>,
    head: Linear,
    taps: Recorder,
}

impl Residual {
    fn new(vb: &VarBuilder, inputs: usize, taps: Recorder) -> candle_core::Result<Self> {
        let block = |number| linear(WIDTH, WIDTH, vb.pp(format!("block{number}")));
        let blocks = (0..BLOCKS).map(block).collect::<candle_core::Result<_>>()?;
        let (stem, head) = (linear(inputs, WIDTH, vb.pp("stem"))?, linear(WIDTH, CLASSES, vb.pp("head"))?);
        Ok(Self { stem, blocks, head, taps })
    }
}

impl Module for Residual {
    fn forward(&self, images: &Tensor) -> candle_core::Result<Tensor> {
        let mut x = self.stem.forward(images)?;
        for (number, block) in self.blocks.iter().enumerate() {
            x = self.taps.tap(&format!("stream{number}"), &(&x + block.forward(&x.relu()?)?)?)?;
        }
        self.head.forward(&x)
    }
}
