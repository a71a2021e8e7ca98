//! What there is to find with the sliders: the same nets, run here.

use anyhow::{Result, bail};

use super::bench::Bench;
use super::facts::Facts;
use super::spec::Spec;

const DEEP: usize = 30;
const SHALLOW: usize = 5;
/// A signal has vanished when less than one in this many of the first layer's is left; as in `lab.js`.
const FACTOR: f64 = 50.0;
/// The slider's steps in powers of two, and its end.
const STEP: f64 = 0.125;
const STEPS: u32 = 24;

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    for activation in ["relu", "tanh"] {
        let scale = vanishing(bench, activation)?;
        facts.number(format!("lab.{activation}.scale"), scale);
        if activation == "relu" {
            facts.number("lab.shallow", left(bench, activation, SHALLOW, scale)?);
        }
    }
    let passed = |seed| Ok(last(&net("gelu", DEEP, 1.0, seed).measure(&bench.set)?.signal));
    let mut passed = (1..=10).map(passed).collect::<Result<Vec<_>>>()?;
    passed.sort_by(f64::total_cmp);
    facts.number("lab.gelu.least", passed.first().copied().unwrap_or(f64::NAN));
    facts.number("lab.gelu.greatest", last(&passed));
    Ok(())
}

/// The first scale, from 1 down, at which the deep net's signal vanishes.
fn vanishing(bench: &Bench, activation: &str) -> Result<f64> {
    for step in 0..=STEPS {
        let scale = (-STEP * f64::from(step)).exp2();
        if left(bench, activation, DEEP, scale)? < 1.0 / FACTOR {
            return Ok(scale);
        }
    }
    bail!("{activation}: no scale of the slider makes its signal vanish")
}

/// How much of the first layer's signal the last layer passes on.
fn left(bench: &Bench, activation: &str, depth: usize, scale: f64) -> Result<f64> {
    let signal = net(activation, depth, scale, 1).measure(&bench.set)?.signal;
    Ok(last(&signal) / signal.first().copied().unwrap_or(f64::NAN))
}

fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}

/// The sliders' net, by He.
fn net(activation: &str, depth: usize, scale: f64, seed: u64) -> Spec {
    let rule = |glob: &str, text: String| (glob.to_owned(), text);
    Spec {
        depth,
        width: 48,
        activation: activation.to_owned(),
        seed,
        images: 16,
        rules: vec![rule("*.bias", "zeros".into()), rule("*.weight", format!("he_normal.times({scale})"))],
    }
}
