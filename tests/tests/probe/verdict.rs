//! Planted faults, each alone in a net of twelve layers: each is named, at its layer, and nowhere else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use acceptance::corpus::gpt::{fused, gpt};
use acceptance::healthy::{blocks, he, plain, verdict};
use acceptance::nets::{CLASSES, Function, Net, Plan, built, cross_entropy};
use acceptance::share::share;
use candle_core::{Device, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_init_probe::{Fault, Finding, Probe, Severity, Verdict, assert_trainable, noise};
use candle_nn::{Activation, Module, VarMap};

const CPU: Device = Device::Cpu;
/// The layer of the faults.
const PLACE: &str = "fc6";
const SEEDS: u64 = share(20) as u64;

/// A fault, what it must be called, where it must be found, and how it is planted.
struct Plant {
    what: &'static str,
    name: &'static str,
    place: &'static str,
    /// The net that it is planted in.
    net: fn(u64) -> (Initializer, Plan),
    plant: fn(&VarMap) -> Result<()>,
    /// Other layers that it changes too.
    also: &'static [&'static str],
}

fn relu(seed: u64) -> (Initializer, Plan) {
    (he(seed), plain(Function::Candle(Activation::Relu)))
}

fn tanh(seed: u64) -> (Initializer, Plan) {
    let init = Initializer::new(seed).weights(init::GLOROT_NORMAL).rule("*.bias", init::ZEROS);
    (init, plain(Function::Tanh))
}

/// Replaces a parameter by what `change` makes of it.
fn set(vars: &VarMap, name: &str, change: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
    let data = vars.data().lock().unwrap();
    let var = &data[name];
    var.set(&change(&var.as_detached_tensor())?)
}

/// Row 7 of a weight becomes its row 3.
fn twins(weight: &Tensor) -> Result<Tensor> {
    let rows = weight.dim(0)? as u32;
    weight.index_select(&Tensor::from_iter((0..rows).map(|row| if row == 7 { 3 } else { row }), &CPU)?, 0)
}

fn one_nan(weight: &Tensor) -> Result<Tensor> {
    let mut values = weight.flatten_all()?.to_vec1::<f32>()?;
    values[77] = f32::NAN;
    Tensor::from_vec(values, weight.shape(), &CPU)
}

/// Five above zero and five below, in turn: where tanh is flat.
fn far(bias: &Tensor) -> Result<Tensor> {
    let value = |i: usize| if i.is_multiple_of(2) { 5f32 } else { -5.0 };
    Tensor::from_iter((0..bias.elem_count()).map(value), &CPU)
}

const PLANTS: [Plant; 10] = [
    // One layer of zeros moves with the first step; two in a row never do.
    Plant {
        what: "two layers of zeros",
        name: "zero product",
        place: PLACE,
        net: relu,
        plant: |v| ["fc6.weight", "fc7.weight"].iter().try_for_each(|name| set(v, name, Tensor::zeros_like)),
        also: &["fc7", "fc8"],
    },
    // One layer of one number parts by what reads it; a constant layer behind it keeps it together.
    Plant {
        what: "two constant layers",
        name: "symmetric",
        place: PLACE,
        net: relu,
        plant: |v| {
            set(v, "fc6.weight", |w| w.ones_like()? * 0.05)?;
            set(v, "fc7.weight", |w| w.ones_like()? * 0.05)?;
            set(v, "fc8.weight", |w| w.zeros_like()? + 0.01)
        },
        also: &["fc7", "fc8"],
    },
    Plant {
        what: "std × 0.1",
        name: "mis-scaled",
        place: PLACE,
        net: relu,
        plant: |v| set(v, "fc6.weight", |w| w * 0.1),
        also: &[],
    },
    Plant {
        what: "std × 10",
        name: "mis-scaled",
        place: PLACE,
        net: relu,
        plant: |v| set(v, "fc6.weight", |w| w * 10.0),
        also: &[],
    },
    Plant {
        what: "two equal neurons",
        name: "symmetric",
        place: PLACE,
        net: relu,
        plant: |v| {
            set(v, "fc6.weight", twins)?;
            set(v, "fc7.weight", |w| twins(&w.t()?.contiguous()?)?.t()?.contiguous())
        },
        also: &["fc7", "fc8"],
    },
    Plant {
        what: "dead layer",
        name: "dead",
        place: PLACE,
        net: relu,
        plant: |v| set(v, "fc6.bias", |b| b - 100.0),
        also: &[],
    },
    Plant {
        what: "saturated tanh",
        name: "saturated",
        place: PLACE,
        net: tanh,
        plant: |v| set(v, "fc6.bias", far),
        also: &[],
    },
    Plant {
        what: "NaN",
        name: "not finite",
        place: PLACE,
        net: relu,
        plant: |v| set(v, "fc6.weight", one_nan),
        also: &[],
    },
    // The one layer from 128 to 256 units: He's initializer over fan_out is √½ of what is due.
    Plant {
        what: "swapped fans",
        name: "swapped fans",
        place: "fc4",
        net: relu,
        plant: |v| set(v, "fc4.weight", |w| w * 0.5f64.sqrt()),
        also: &[],
    },
    // Nothing is planted: He's initializer in every layer of a net of sums is the fault.
    Plant {
        what: "no residual scaling",
        name: "unscaled residual",
        place: "fc1",
        net: |seed| (he(seed), blocks()),
        plant: |_| Ok(()),
        also: &[],
    },
];

fn planted(plant: &Plant, seed: u64, initializers: bool) -> Verdict {
    let (init, plan) = (plant.net)(seed);
    let (vars, net) = built(&init, &plan).unwrap();
    (plant.plant)(&vars).unwrap();
    verdict(&vars, &net, initializers.then_some(&init)).unwrap()
}

/// Names and layers of what is wrong: the faults, and scales that are not their rule's. A loss that follows from the
/// latter is left out.
fn faults(verdict: &Verdict) -> Vec<(&'static str, &str)> {
    let wrong = |finding: &&Finding| finding.severity() > Severity::Note && finding.name() != "first loss";
    let faults = verdict.findings.iter().filter(wrong);
    let layer = |place: &str| place.split('.').next().map_or(0, str::len);
    faults.map(|finding| (finding.name(), &finding.place[..layer(&finding.place)])).collect()
}

#[test]
fn each_planted_fault_is_named_at_its_layer_and_nothing_else_is() {
    let mut wrong = Vec::new();
    println!("{:<20} {:<18} {:>6} {:>10} {:>10}", "planted", "named", "nets", "at layer", "elsewhere");
    for plant in &PLANTS {
        let runs: Vec<_> = (0..SEEDS).flat_map(|seed| [(seed, false), (seed, true)]).collect();
        let verdicts: Vec<_> =
            runs.iter().map(|&(seed, initializers)| planted(plant, seed, initializers)).collect();
        let named = |verdict: &&Verdict| faults(verdict).contains(&(plant.name, plant.place));
        let touched = |layer: &str| layer == plant.place || plant.also.contains(&layer);
        let elsewhere = |verdict: &&Verdict| faults(verdict).iter().any(|(_, layer)| !touched(layer));
        let (right, strays) =
            (verdicts.iter().filter(named).count(), verdicts.iter().filter(elsewhere).count());
        println!("{:<20} {:<18} {:>6} {right:>10} {strays:>10}", plant.what, plant.name, runs.len());
        wrong.extend(
            verdicts
                .iter()
                .filter(|v| !named(v) || elsewhere(v))
                .map(|v| format!("{}: {:?}", plant.what, faults(v))),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_first_finding_is_the_cause() {
    for plant in PLANTS.iter().filter(|plant| plant.name != "dead" && plant.name != "saturated") {
        let verdict = planted(plant, 3, true);
        let first = &verdict.findings[0];
        assert_eq!(first.name(), plant.name, "{}", plant.what);
        // A scale that is off is a warning; a tenfold one makes the first loss a fault.
        let scale = ["std × 0.1", "swapped fans"].contains(&plant.what);
        assert_eq!(verdict.is_trainable(), scale, "{}", plant.what);
        assert!(first.advice().len() > 20 && !first.limit().source.is_empty());
    }
}

fn zero_ended(of_blocks: bool) -> Verdict {
    let init = he(1);
    let plan = if of_blocks { blocks() } else { plain(Function::Candle(Activation::Relu)) };
    let (vars, net) = built(&init, &plan).unwrap();
    if of_blocks {
        (1..24).step_by(2).for_each(|n| set(&vars, &format!("fc{n}.weight"), Tensor::zeros_like).unwrap());
    } else {
        set(&vars, "head.weight", Tensor::zeros_like).unwrap();
    }
    verdict(&vars, &net, None).unwrap()
}

/// Fixup and ZerO start the last weight of each branch at zero, and many a head starts there.
#[test]
fn zeros_that_let_a_gradient_pass_are_a_note() {
    for verdict in [zero_ended(true), zero_ended(false)] {
        assert!(verdict.is_trainable(), "{verdict}");
        assert!(verdict.findings.iter().any(|f| matches!(f.fault, Fault::ZeroStart { .. })), "{verdict}");
    }
}

/// Zeros in the middle of a plain net by a rule: one layer is sound, two in a row stop everything.
#[test]
fn zeros_by_rule_that_stop_the_signal_are_a_fault() {
    let found = |rule: &str| {
        let init =
            Initializer::new(1).rule(rule, init::ZEROS).weights(init::HE_NORMAL).rule("*.bias", init::ZEROS);
        let (vars, net) = built(&init, &plain(Function::Candle(Activation::Relu))).unwrap();
        verdict(&vars, &net, Some(&init)).unwrap()
    };
    assert!(found("fc6.weight").is_trainable());
    assert_eq!(faults(&found("fc{6,7}.weight")), [("zero product", "fc6")]);
}

#[test]
fn a_net_of_too_small_or_too_large_weights_is_named_at_the_layer_where_the_size_leaves_its_bounds() {
    for (stdev, name) in [(0.001, "vanishing"), (1.0, "exploding")] {
        let init = Initializer::new(1).weights(Init::Randn { mean: 0.0, stdev }).rule("*.bias", init::ZEROS);
        let (vars, net) = built(&init, &plain(Function::Candle(Activation::Relu))).unwrap();
        let verdict = verdict(&vars, &net, Some(&init)).unwrap();
        let found = verdict.findings.iter().find(|f| f.name() == name).unwrap();
        let layers = &verdict.signal.as_ref().unwrap().layers;
        let place = layers.iter().position(|layer| layer.name == found.place).unwrap();
        let ratio = |n: usize| layers[n].output.rms() / layers[0].input_rms;
        let out = |ratio: f64| !(1e-3..1e3).contains(&ratio);
        assert!(out(ratio(place)) && (0..place).all(|n| !out(ratio(n))), "{verdict}");
        assert!((found.measured() / ratio(place) - 1.0).abs() < 1e-9);
    }
}

/// Sigmoids keep the signal's size and lose the error's.
#[test]
fn an_error_signal_that_vanishes_is_named() {
    let init = Initializer::new(1).weights(init::GLOROT_NORMAL).rule("*.bias", init::ZEROS);
    let (vars, net) = built(&init, &plain(Function::Candle(Activation::Sigmoid))).unwrap();
    let verdict = verdict(&vars, &net, Some(&init)).unwrap();
    let names: Vec<_> = verdict.findings.iter().map(|finding| finding.name()).collect();
    assert!(names.contains(&"vanishing") && names.contains(&"collapsed"), "{verdict}");
}

fn batch() -> Tensor {
    noise((32, 64), 7, &CPU).unwrap()
}

#[test]
fn an_assertion_for_a_users_own_tests() {
    let (init, plan) = relu(1);
    let (vars, net) = built(&init, &plan).unwrap();
    let loss = |net: &Net, x: &Tensor| cross_entropy(&net.forward(x)?);
    let verdict = assert_trainable!(Probe::new(&vars).classes(CLASSES), &batch(), |x| loss(&net, x));
    assert_eq!(verdict.headline(), "healthy: it will train");
}

#[test]
#[should_panic(expected = "zero product · `fc6.weight`")]
fn the_assertion_panics_with_the_verdict() {
    let (init, plan) = relu(1);
    let (vars, net) = built(&init, &plan).unwrap();
    ["fc6.weight", "fc7.weight"].iter().for_each(|name| set(&vars, name, Tensor::zeros_like).unwrap());
    assert_trainable!(Probe::new(&vars), &batch(), |x| cross_entropy(&net.forward(x)?));
}

/// The same text twice, JSON that can be read, every figure in it.
#[test]
fn a_verdict_is_text_and_json() {
    let plant = &PLANTS[2];
    let (first, second) = (planted(plant, 1, true), planted(plant, 1, true));
    assert_eq!(first.to_string(), second.to_string());
    let json = first.to_json().unwrap();
    assert_eq!(json, second.to_json().unwrap());
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let finding = &value["findings"][0];
    assert_eq!(finding["place"], "fc6.weight");
    assert_eq!(finding["finding"], "mis-scaled");
    assert_eq!(finding["severity"], "warning");
    assert!(finding["measured"].as_f64().unwrap() < finding["limit"].as_f64().unwrap());
    assert!(finding["advice"].as_str().unwrap().contains("Multiply it by 9.95"));
    assert_eq!(value["signal"]["layers"].as_array().unwrap().len(), 13);
    assert_eq!(value["inspection"]["parameters"].as_array().unwrap().len(), 26);
}

/// The pages show what is really printed: the first lines of a verdict, up to the table.
#[test]
fn the_pages_show_what_is_printed() {
    let shown = |verdict: &Verdict| verdict.to_string().split("\n\n┌").next().unwrap_or_default().to_owned();
    let gpt = shown(&gpt(42, fused).unwrap().verdict(false).unwrap());
    assert!(include_str!("../../../README.md").contains(&gpt), "{gpt}");
    let dead = shown(&planted(PLANTS.iter().find(|plant| plant.what == "dead layer").unwrap(), 1, false));
    let page = include_str!("../../../docs/probe.md").replace("`fc`", "`fc6`");
    assert!(page.contains(&dead), "{dead}");
}
