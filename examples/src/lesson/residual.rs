//! Residual nets, with and without their branches scaled.

use anyhow::Result;
use candle_core::{DType, Device, Tensor};
use candle_init::{Initializer, Rule, depth, init};
use candle_init_probe::{Probe, Recorder};
use candle_nn::{Linear, Module, VarBuilder, VarMap, linear, loss};

use super::bench::{Bench, WIDTH};
use super::facts::Facts;
use crate::figure::{Chart, Ink, Line, Stroke};
use crate::mlp::CLASSES;

const BLOCKS: usize = 50;

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let scale = (BLOCKS as f64).sqrt().recip();
    let plain = stream(bench, init::HE_NORMAL)?;
    let scaled = stream(bench, init::HE_NORMAL.times(scale))?;
    let growth = |base: f64| (0..=BLOCKS as i32).map(|block| base.powi(block)).collect::<Vec<_>>();
    let theory = growth(1.0 + 1.0 / BLOCKS as f64);
    let last = |values: &[f64]| values.last().copied().unwrap_or(f64::NAN);
    facts.number("residual.plain", last(&plain));
    facts.number("residual.scaled", last(&scaled));
    facts.number("residual.theory", last(&theory));
    facts.html("residual.blocks", BLOCKS.to_string());
    let chart = Chart {
        title: "Residual net: mean square of the stream".into(),
        x: "blocks passed".into(),
        y: "relative to the start, log scale".into(),
        log: true,
        lines: vec![
            Line::by_step("He", Ink::He, &plain),
            Line::by_step(format!("He times 1/√{BLOCKS}"), Ink::He, &scaled).stroke(Stroke::Dashed),
            Line::by_step("theory: 2 a block", Ink::Theory, &growth(2.0)).stroke(Stroke::Thin),
            Line::by_step(format!("theory: 1 + 1/{BLOCKS}"), Ink::Theory, &theory).stroke(Stroke::Thin),
        ],
        ..Chart::default()
    };
    facts.chart("residual.stream", &chart);
    facts.number("gpt2.gain", 0.02 * 768f64.sqrt());
    facts.number("gpt2.wide", 0.02 * 4096f64.sqrt());
    facts.number("gpt2.factor", depth::gpt2(12)?);
    Ok(())
}

/// The stream's mean square at its start and after each block, over that at its start.
fn stream(bench: &Bench, branches: impl Into<Rule>) -> Result<Vec<f64>> {
    let (vars, taps) = (VarMap::new(), Recorder::new());
    let initializers = Initializer::new(bench.seed)
        .rule("*.bias", init::ZEROS)
        .rule("block*.weight", branches)
        .weights(init::LECUN_NORMAL);
    let vb = initializers.var_builder(&vars, DType::F32, &Device::Cpu);
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
