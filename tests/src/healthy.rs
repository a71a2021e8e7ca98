//! Nets that train, of every kind that the probe promises to leave alone.

use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Activation, Init, Initializer, depth, init};
use candle_init_probe::{Probe, Severity, Verdict, noise, tokens};
use candle_nn::{Activation as Candle, Module, VarMap, linear};
use rayon::prelude::*;

use crate::nets::{Block, CLASSES, Function, Net, Plan, built, cross_entropy};
use crate::share::share;

const CPU: Device = Device::Cpu;
/// Samples of a batch, and values of a sample.
const BATCH: (usize, usize) = (32, 64);

/// A kind of net: its name, and the verdict on the net of a seed, with or without its initializers beside it.
pub type Kind = (&'static str, fn(u64, bool) -> candle_init_probe::Result<Verdict>);

/// Every kind that is built of candle's layers alone; `tests/init/models` has one of candle-transformers.
pub const KINDS: [Kind; 6] = [
    ("ReLU, He", relu),
    ("tanh, Glorot", tanh),
    ("GELU, its gain", gelu),
    ("SiLU, its gain", silu),
    ("residual, 1/√L", residual),
    ("pre-norm transformer", transformer),
];

/// Twelve layers; the fifth is twice as wide as the others.
#[must_use]
pub fn plain(activation: Function) -> Plan {
    let mut widths = vec![128; 13];
    widths[0] = BATCH.1;
    widths[5] = 256;
    Plan { widths, activation, residual: false }
}

/// Twelve blocks of two layers.
#[must_use]
pub fn blocks() -> Plan {
    Plan { widths: vec![BATCH.1; 25], activation: Function::Candle(Candle::Relu), residual: true }
}

/// He's initializer with biases of zero.
#[must_use]
pub fn he(seed: u64) -> Initializer {
    Initializer::new(seed).weights(init::HE_NORMAL).rule("*.bias", init::ZEROS)
}

/// He's initializer, the last weight of each of the twelve blocks times `1/√12`.
#[must_use]
pub fn scaled(seed: u64) -> Initializer {
    let last = init::HE_NORMAL.times((1.0 / 12.0_f64).sqrt());
    let head = Init::Randn { mean: 0.0, stdev: 0.02 };
    he(seed).rule("fc*[13579].weight", last).rule("head.weight", head)
}

/// The verdict on a net of fully connected layers.
///
/// # Errors
/// What the probe says.
pub fn verdict(vars: &VarMap, net: &Net, init: Option<&Initializer>) -> candle_init_probe::Result<Verdict> {
    let batch = noise(BATCH, 7, &CPU)?;
    let probe = Probe::new(vars).classes(CLASSES);
    let probe = init.map_or(probe.clone(), |init| probe.initializer(init));
    probe.check(&batch, |x| cross_entropy(&net.forward(x)?))
}

fn judged(init: &Initializer, plan: &Plan, initializers: bool) -> candle_init_probe::Result<Verdict> {
    let (vars, net) = built(init, plan)?;
    verdict(&vars, &net, initializers.then_some(init))
}

fn gained(seed: u64, f: Activation) -> Initializer {
    Initializer::new(seed)
        .rule("head.weight", init::LECUN_NORMAL)
        .weights(init::LECUN_NORMAL.gain(f))
        .rule("*.bias", init::ZEROS)
}

fn relu(seed: u64, initializers: bool) -> candle_init_probe::Result<Verdict> {
    judged(&he(seed), &plain(Function::Candle(Candle::Relu)), initializers)
}

fn tanh(seed: u64, initializers: bool) -> candle_init_probe::Result<Verdict> {
    let init = Initializer::new(seed).weights(init::GLOROT_UNIFORM).rule("*.bias", init::ZEROS);
    judged(&init, &plain(Function::Tanh), initializers)
}

fn gelu(seed: u64, initializers: bool) -> candle_init_probe::Result<Verdict> {
    judged(&gained(seed, Activation::Gelu), &plain(Function::Candle(Candle::Gelu)), initializers)
}

fn silu(seed: u64, initializers: bool) -> candle_init_probe::Result<Verdict> {
    judged(&gained(seed, Activation::Silu), &plain(Function::Candle(Candle::Silu)), initializers)
}

fn residual(seed: u64, initializers: bool) -> candle_init_probe::Result<Verdict> {
    judged(&scaled(seed), &blocks(), initializers)
}

/// Four blocks behind token and position tables of std 0.02, GPT-2's start.
fn transformer(seed: u64, initializers: bool) -> candle_init_probe::Result<Verdict> {
    const WIDTH: usize = 64;
    let small = Init::Randn { mean: 0.0, stdev: 0.02 };
    let ends = depth::gpt2(4)?;
    let init = Initializer::new(seed)
        .rule("*.{out,down}.weight", small.times(ends))
        .rule("{wte,wpe}.weight", small)
        .rule("*.bias", init::ZEROS)
        .weights(small);
    let vars = VarMap::new();
    let vb = init.var_builder(&vars, DType::F32, &CPU);
    let (wte, wpe) =
        (candle_nn::embedding(50, WIDTH, vb.pp("wte"))?, candle_nn::embedding(16, WIDTH, vb.pp("wpe"))?);
    let blocks = (0..4).map(|n| Block::new(vb.pp(format!("h.{n}")), WIDTH, 4)).collect::<Result<Vec<_>>>()?;
    let norm = candle_nn::layer_norm_no_bias(WIDTH, 1e-5, vb.pp("ln_f"))?;
    let head = linear(WIDTH, CLASSES, vb.pp("head"))?;
    let forward = |x: &Tensor| {
        let positions = wpe.forward(&Tensor::arange(0u32, 16, &CPU)?)?;
        let mut x = wte.forward(x)?.broadcast_add(&positions)?;
        for block in &blocks {
            x = block.forward(&x)?;
        }
        cross_entropy(&head.forward(&norm.forward(&x)?)?.flatten_to(1)?)
    };
    let probe = Probe::new(&vars).classes(CLASSES);
    let probe = if initializers { probe.initializer(&init) } else { probe };
    probe.check(&tokens((8, 16), 50, 7, &CPU)?, forward)
}

/// Seeds of each kind, as many as this run takes; the odd ones are checked against their initializers.
const SEEDS: u64 = share(200) as u64;

/// Faults found in the nets of one kind, over all seeds; none is due. Prints how many, and how many nets had a warning.
///
/// # Errors
/// What the probe says.
pub fn false_alarms((name, check): Kind) -> candle_init_probe::Result<Vec<String>> {
    let verdicts = (0..SEEDS).into_par_iter().map(|seed| check(seed, seed % 2 == 1));
    let verdicts = verdicts.collect::<candle_init_probe::Result<Vec<_>>>()?;
    let faults: Vec<_> = verdicts.iter().flat_map(|verdict| alarms(verdict, Severity::Fault)).collect();
    let warned = verdicts.iter().filter(|verdict| !alarms(verdict, Severity::Warning).is_empty()).count();
    println!("{name:<36} {SEEDS} seeds: {} false alarms, {warned} with a warning", faults.len());
    Ok(faults)
}

fn alarms(verdict: &Verdict, least: Severity) -> Vec<String> {
    let found = verdict.findings.iter().filter(|finding| finding.severity() >= least);
    found.map(ToString::to_string).collect()
}
