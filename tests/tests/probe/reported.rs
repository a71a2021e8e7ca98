//! Nets on which the verdict was wrong once, each as it was reported.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use acceptance::corpus::gpt::{differentiable, fused, gpt};
use acceptance::healthy::he;
use acceptance::nets::cross_entropy;
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_init::{Init, Initializer, init};
use candle_init_probe::{Inspection, Probe, Severity, Verdict, noise};
use candle_nn::{BatchNormConfig, Conv2dConfig, Module, VarMap, linear, loss};

use crate::support::set;

const CPU: Device = Device::Cpu;

fn faults(verdict: &Verdict) -> Vec<(&'static str, &str)> {
    let faults = verdict.findings.iter().filter(|finding| finding.severity() == Severity::Fault);
    faults.map(|finding| (finding.name(), finding.place.as_str())).collect()
}

/// A linear layer, a batch norm and ReLU.
fn normed(shift: f64) -> (VarMap, impl Fn(&Tensor) -> Result<Tensor>) {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let (fc, head) = (linear(16, 32, vb.pp("fc")).unwrap(), linear(32, 10, vb.pp("head")).unwrap());
    let norm = candle_nn::batch_norm(32, BatchNormConfig::default(), vb.pp("bn")).unwrap();
    set(&vars, "bn.bias", |bias| bias + shift);
    let forward =
        move |x: &Tensor| cross_entropy(&head.forward(&norm.forward_train(&fc.forward(x)?)?.relu()?)?);
    (vars, forward)
}

#[test]
fn units_off_behind_a_batch_norm_are_dead() {
    let batch = noise((64, 16), 7, &CPU).unwrap();
    let check = |shift| {
        let (vars, forward) = normed(shift);
        Probe::new(&vars).check(&batch, forward).unwrap()
    };
    assert_eq!(faults(&check(-4.0)), [("dead", "bn")]);
    assert_eq!(faults(&check(-1.0)), []);
}

#[test]
fn a_kernel_without_a_bias_is_not_blamed_for_the_norm_behind_it() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let config = Conv2dConfig { padding: 1, ..Conv2dConfig::default() };
    let conv = candle_nn::conv2d_no_bias(3, 16, 3, config, vb.pp("conv")).unwrap();
    let norm = candle_nn::batch_norm(16, BatchNormConfig::default(), vb.pp("bn")).unwrap();
    let head = linear(16, 10, vb.pp("head")).unwrap();
    set(&vars, "bn.bias", |bias| bias - 6.0);
    let forward = |x: &Tensor| {
        let x = norm.forward_train(&conv.forward(x)?)?.relu()?;
        cross_entropy(&head.forward(&x.mean((2, 3))?)?)
    };
    let verdict = Probe::new(&vars).check(&noise((8, 3, 8, 8), 7, &CPU).unwrap(), forward).unwrap();
    assert_eq!(faults(&verdict), [("dead", "bn")], "{verdict}");
    let layers = verdict.signal.unwrap().layers;
    assert_eq!(layers.iter().find(|l| l.name == "bn").unwrap().activation.as_deref(), Some("relu"));
}

/// A scale of ones fixes nothing, so it is no norm: twenty layers of He's weights times 3, or 0.3.
#[test]
fn a_scale_is_no_norm() {
    for (factor, name) in [(3.0, "exploding"), (0.3, "vanishing")] {
        let init = Initializer::new(1)
            .rule("*.bias", init::ZEROS)
            .rule("scale.*", init::ONES)
            .rule("*", init::HE_NORMAL.times(factor));
        let vars = VarMap::new();
        let vb = init.var_builder(&vars, DType::F32, &CPU);
        let layers = (0..20).map(|n| linear(64, 64, vb.pp(n))).collect::<Result<Vec<_>>>().unwrap();
        let scales =
            (0..20).map(|n| vb.get(64, &format!("scale.{n}.weight"))).collect::<Result<Vec<_>>>().unwrap();
        let forward = |x: &Tensor| {
            let mut x = x.clone();
            for (layer, scale) in layers.iter().zip(&scales) {
                x = layer.forward(&x)?.broadcast_mul(scale)?.relu()?;
            }
            x.sqr()?.mean_all()
        };
        let verdict = Probe::new(&vars).check(&noise((32, 64), 7, &CPU).unwrap(), forward).unwrap();
        assert!(faults(&verdict).iter().any(|(found, _)| *found == name), "{verdict}");
    }
}

/// A batch norm in training moves its statistics; the probe must leave them, and never judges them.
#[test]
fn asking_twice_gives_the_same_answer() {
    let (vars, forward) = normed(0.0);
    let batch = (noise((64, 16), 7, &CPU).unwrap() + 3.0).unwrap();
    let values = || {
        let data = vars.data().lock().unwrap();
        let mut all: Vec<_> = data
            .iter()
            .map(|(name, var)| (name.clone(), var.flatten_all().unwrap().to_vec1::<f32>().unwrap()))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    let before = values();
    let probe = Probe::new(&vars);
    let (first, second) = (probe.check(&batch, &forward).unwrap(), probe.check(&batch, &forward).unwrap());
    assert_eq!(before, values());
    assert_eq!(first.to_json().unwrap(), second.to_json().unwrap());
    assert_eq!(faults(&second), []);
    // Moved by training they are no weights out of scale either.
    set(&vars, "bn.running_mean", |mean| mean + 5.0);
    let again = Probe::new(&vars).check(&batch, forward).unwrap();
    assert!(again.findings.iter().all(|finding| !finding.place.contains("running")), "{again}");
}

/// 29 of 32 units off, 32 of 36, 15 of 16 channels: chance allows as many only where all samples are one.
#[test]
fn most_units_off_are_dead_by_the_binomial_tail() {
    for (off, units) in [(29, 32), (32, 36), (15, 16)] {
        let vars = VarMap::new();
        let vb = he(1).var_builder(&vars, DType::F32, &CPU);
        let (fc, head) = (linear(16, units, vb.pp("fc")).unwrap(), linear(units, 10, vb.pp("head")).unwrap());
        set(&vars, "fc.bias", |bias| {
            Tensor::from_iter((0..bias.elem_count()).map(|n| if n < off { -100f32 } else { 0.0 }), &CPU)
        });
        let forward = |x: &Tensor| cross_entropy(&head.forward(&fc.forward(x)?.relu()?)?);
        let verdict = Probe::new(&vars).check(&noise((32, 16), 7, &CPU).unwrap(), forward).unwrap();
        assert_eq!(faults(&verdict), [("dead", "fc")], "{off} of {units}: {verdict}");
    }
}

/// Equal rows part where what reads them differs, and stay where it is equal too.
#[test]
fn equal_rows_are_a_fault_only_where_they_stay_equal() {
    let equal = |w: &Tensor| w.slice_assign(&[1..2, 0..w.dim(1)?], &w.narrow(0, 0, 1)?);
    let verdict = |both: bool| {
        let vars = VarMap::new();
        let vb = he(1).var_builder(&vars, DType::F32, &CPU);
        let (fc, head) = (linear(16, 32, vb.pp("fc")).unwrap(), linear(32, 10, vb.pp("head")).unwrap());
        set(&vars, "fc.weight", equal);
        if both {
            set(&vars, "head.weight", |w| equal(&w.t()?.contiguous()?)?.t()?.contiguous());
        }
        let forward = |x: &Tensor| cross_entropy(&head.forward(&fc.forward(x)?.relu()?)?);
        Probe::new(&vars).check(&noise((32, 16), 7, &CPU).unwrap(), forward).unwrap()
    };
    let parting = verdict(false);
    assert!(parting.is_trainable() && parting.findings.iter().any(|f| f.name() == "symmetric"), "{parting}");
    assert_eq!(faults(&verdict(true))[0], ("symmetric", "fc.weight"));
}

/// candle's fused layer norm cuts off 51 of 52 parameters of a small GPT-2 while the loss still falls; with the same norm
/// and a backward pass none is cut off.
#[test]
fn the_fused_norm_is_one_cause_and_has_a_cure() {
    let cut = gpt(42, fused).unwrap().verdict(false).unwrap();
    assert_eq!(faults(&cut), [("no gradient", "ln_f")], "{cut}");
    assert!(cut.findings[0].what().starts_with("no gradient reaches 51 of 52 parameters"));
    let whole = gpt(42, differentiable).unwrap().verdict(false).unwrap();
    assert!(whole.findings.is_empty(), "{whole}");
}

/// What is told of frozen parts: nothing, or by a pattern that matches something.
#[test]
fn frozen_parts_are_not_judged_and_patterns_must_match() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let (base, head) = (linear(16, 32, vb.pp("base")).unwrap(), linear(32, 10, vb.pp("head")).unwrap());
    let forward = |x: &Tensor| cross_entropy(&head.forward(&base.forward(x)?.relu()?.detach())?);
    let batch = noise((32, 16), 7, &CPU).unwrap();
    let noted = Probe::new(&vars).check(&batch, forward).unwrap();
    assert!(noted.is_trainable() && noted.findings[0].name() == "no gradient", "{noted}");
    let probe = Probe::new(&vars);
    for probe in [probe.clone().frozen("base.*"), probe.clone().only("head.*")] {
        assert!(probe.check(&batch, forward).unwrap().findings.is_empty());
    }
    let init = he(1).frozen("base.*");
    let told = probe.clone().initializer(&init).check(&batch, forward).unwrap();
    assert!(told.findings.iter().all(|finding| finding.name() != "no gradient"), "{told}");
    let error = probe.frozen("bsae.*").check(&batch, forward).unwrap_err().to_string();
    assert!(error.contains("`bsae.*`") && error.contains("`base.bias`"), "{error}");
}

/// Masks, tables and what optimizers keep stand in files beside weights; norms of zeros are found without a pass.
#[test]
fn buffers_are_no_weights_and_norms_of_zeros_are_found() {
    let vars = VarMap::new();
    let put = |name: &str, tensor: Tensor| {
        vars.data().lock().unwrap().insert(name.into(), Var::from_tensor(&tensor).unwrap());
    };
    let normal = |name: &str, shape: (usize, usize)| {
        let init = Init::Randn { mean: 0.0, stdev: 0.02 };
        Initializer::new(1).tensor(name, shape, init, DType::F32, &CPU).unwrap()
    };
    put("fc.weight", normal("a", (32, 32)));
    put("fc.weight.exp_avg", Tensor::zeros((32, 32), DType::F32, &CPU).unwrap());
    let mask = (0..64u32).map(|n| if n % 8 > n / 8 { f32::NEG_INFINITY } else { 0.0 });
    put("mask", Tensor::from_iter(mask, &CPU).unwrap().reshape((8, 8)).unwrap());
    let angles = |n: u32| (n / 16) as f32 / 10f32.powf((n % 16) as f32 / 16.0);
    let cosines =
        Tensor::from_iter((0..512).map(|n| angles(n).cos()), &CPU).unwrap().reshape((32, 16)).unwrap();
    put("h.0.cos", cosines.clone());
    put("h.1.cos", cosines);
    assert_eq!(Inspection::of(&vars).unwrap().findings, []);
    for layer in 0..3 {
        put(&format!("h.{layer}.ln.weight"), Tensor::zeros(32, DType::F32, &CPU).unwrap());
    }
    let found = Inspection::of(&vars).unwrap().findings;
    assert_eq!(found.iter().map(|f| f.name()).collect::<Vec<_>>(), ["uninitialised"; 3]);
    assert!(found[0].advice().contains("init::ONES"));
}

/// A difference cancels the last bias exactly, and nothing is wrong.
#[test]
fn exact_cancellation_is_sound() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let (fc, head) = (linear(16, 32, vb.pp("fc")).unwrap(), linear(32, 1, vb.pp("head")).unwrap());
    let forward = |x: &Tensor| {
        let score = head.forward(&fc.forward(x)?.relu()?)?;
        let better = (score.narrow(0, 0, 16)? - score.narrow(0, 16, 16)?)?;
        loss::mse(&better, &better.ones_like()?)
    };
    let verdict = Probe::new(&vars).check(&noise((32, 16), 7, &CPU).unwrap(), forward).unwrap();
    assert_eq!(faults(&verdict), []);
}

/// A forgotten `pp`: four layers under one path are one, as in a recurrent net.
#[test]
fn layers_under_one_path_are_told_to_be_one() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let layers = (0..4).map(|_| linear(16, 16, vb.pp("fc"))).collect::<Result<Vec<_>>>().unwrap();
    let head = linear(16, 10, vb.pp("head")).unwrap();
    let forward = |x: &Tensor| {
        let x = layers.iter().try_fold(x.clone(), |x, layer| layer.forward(&x)?.relu())?;
        cross_entropy(&head.forward(&x)?)
    };
    let verdict = Probe::new(&vars).check(&noise((32, 16), 7, &CPU).unwrap(), forward).unwrap();
    let shared: Vec<_> = verdict.findings.iter().filter(|finding| finding.name() == "shared").collect();
    assert!(verdict.is_trainable() && shared.len() == 1, "{verdict}");
    assert_eq!((shared[0].place.as_str(), shared[0].measured()), ("fc.weight", 4.0));
}
