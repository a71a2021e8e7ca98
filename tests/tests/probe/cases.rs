//! Starts that look wrong and are sound, and the other way round.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use acceptance::healthy::{blocks, he, plain, verdict};
use acceptance::nets::{Block, CLASSES, Function, Net, built, cross_entropy};
use candle_core::{D, DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_init_probe::{Probe, Verdict, noise, tokens};
use candle_nn::{Activation, Module, VarMap, linear, loss};

use crate::support::{found, set};

const CPU: Device = Device::Cpu;

fn names(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().map(|finding| finding.name()).collect()
}

/// A head of zeros is sound, and hides nothing that is wrong before it.
#[test]
fn a_zero_head_hides_no_fault() {
    let init = Initializer::new(1).weights(init::GLOROT_NORMAL).rule("*.bias", init::ZEROS);
    let (vars, net) = built(&init, &plain(Function::Tanh)).unwrap();
    set(&vars, "head.weight", Tensor::zeros_like);
    assert!(verdict(&vars, &net, None).unwrap().is_trainable());
    set(&vars, "fc6.bias", |bias| bias + 10.0);
    let verdict = verdict(&vars, &net, None).unwrap();
    assert!(names(&verdict).contains(&"saturated") && !verdict.is_trainable(), "{verdict}");
}

/// Nor does a branch that ends in zeros hide what is wrong after it.
#[test]
fn a_zero_branch_hides_no_fault() {
    let (vars, net) = built(&he(1), &blocks()).unwrap();
    set(&vars, "fc1.weight", Tensor::zeros_like);
    set(&vars, "fc8.bias", |bias| bias - 100.0);
    let verdict = verdict(&vars, &net, None).unwrap();
    let dead = verdict.findings.iter().find(|finding| finding.name() == "dead");
    assert_eq!(dead.map(|finding| finding.place.as_str()), Some("fc8"), "{verdict}");
}

#[test]
fn a_loss_or_a_gradient_that_is_no_number_is_a_fault() {
    let vars = VarMap::new();
    let fc = linear(8, 4, he(1).var_builder(&vars, DType::F32, &CPU).pp("fc")).unwrap();
    let batch = noise((4, 8), 7, &CPU).unwrap();
    let probe = Probe::new(&vars);
    let nan = probe.signal(&batch, |x| fc.forward(x)?.sum_all()?.affine(0.0, -1.0)?.sqrt()).unwrap();
    assert!(nan.loss.is_nan() && found(&nan).contains(&("overflow", "the loss")), "{nan}");
    // √ has no slope at 0, where this loss is.
    let zero = |x: &Tensor| {
        let y = fc.forward(x)?;
        (&y - &y)?.sqr()?.sum_all()?.sqrt()
    };
    let broken = probe.signal(&batch, zero).unwrap();
    assert!(found(&broken).contains(&("overflow", "fc.weight")), "{broken}");
}

/// Behind norms the stream of a small-embedding transformer grows by addition, from almost nothing.
#[test]
fn a_stream_that_grows_by_addition_is_sound() {
    let small = Init::Randn { mean: 0.0, stdev: 0.02 };
    for layers in [2, 3, 4, 6] {
        let init = Initializer::new(1).rule("wte.weight", small);
        let vars = VarMap::new();
        let vb = init.var_builder(&vars, DType::F32, &CPU);
        let wte = candle_nn::embedding(50, 64, vb.pp("wte")).unwrap();
        let blocks = (0..layers).map(|n| Block::new(vb.pp(format!("h.{n}")), 64, 4));
        let blocks = blocks.collect::<Result<Vec<_>>>().unwrap();
        let head = linear(64, CLASSES, vb.pp("head")).unwrap();
        let forward = |x: &Tensor| {
            let stream = blocks.iter().try_fold(wte.forward(x)?, |x, block| block.forward(&x))?;
            cross_entropy(&head.forward(&stream)?.flatten_to(1)?)
        };
        let batch = tokens((4, 16), 50, 7, &CPU).unwrap();
        let signal = Probe::new(&vars).signal(&batch, forward).unwrap();
        assert_eq!(found(&signal), [], "{layers} layers");
    }
}

#[test]
fn one_sample_makes_no_linear_layer_dead() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let (a, b) = (linear(64, 16, vb.pp("a")).unwrap(), linear(16, 32, vb.pp("b")).unwrap());
    let head = linear(32, CLASSES, vb.pp("head")).unwrap();
    let forward = |x: &Tensor| cross_entropy(&head.forward(&b.forward(&a.forward(x)?)?.relu()?)?);
    let signal = Probe::new(&vars).signal(&noise((1, 64), 7, &CPU).unwrap(), forward).unwrap();
    assert_eq!(found(&signal), []);
}

/// The last norm of a residual branch, or LoRA's second matrix, starts at zero; what is before it moves a step later.
#[test]
fn a_branch_that_starts_at_nothing_is_sound() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let (fc, head) = (linear(16, 16, vb.pp("fc")).unwrap(), linear(16, CLASSES, vb.pp("head")).unwrap());
    let norm = candle_nn::layer_norm_no_bias(16, 1e-5, vb.pp("norm")).unwrap();
    let lora = ["q.lora_a", "q.lora_b"].map(|name| candle_nn::linear_no_bias(16, 16, vb.pp(name)).unwrap());
    set(&vars, "norm.weight", Tensor::zeros_like);
    set(&vars, "q.lora_b.weight", Tensor::zeros_like);
    let forward = |x: &Tensor| {
        let x = (x + norm.forward(&fc.forward(x)?.relu()?)?)?;
        let x = (&x + lora[1].forward(&lora[0].forward(&x)?)?)?;
        cross_entropy(&head.forward(&x)?)
    };
    let batch = noise((8, 16), 7, &CPU).unwrap();
    let verdict = Probe::new(&vars).check(&batch, forward).unwrap();
    assert!(verdict.is_trainable(), "{verdict}");
}

/// One answer is not the width of a net: the error has vanished where a thousandth of it is left, whatever the head.
#[test]
fn a_head_of_one_does_not_widen_the_limits() {
    let init = Initializer::new(1).weights(init::GLOROT_NORMAL).rule("*.bias", init::ZEROS);
    let vars = VarMap::new();
    let vb = init.var_builder(&vars, DType::F32, &CPU);
    let layers =
        (0..12).map(|n| linear(64, 64, vb.pp(format!("fc{n}")))).collect::<Result<Vec<_>>>().unwrap();
    let head = linear(64, 1, vb.pp("head")).unwrap();
    let forward = |x: &Tensor| {
        let mut x = x.clone();
        for layer in &layers {
            x = candle_nn::ops::sigmoid(&layer.forward(&x)?)?;
        }
        head.forward(&x)?.sqr()?.mean_all()
    };
    let signal = Probe::new(&vars).signal(&noise((16, 64), 7, &CPU).unwrap(), forward).unwrap();
    let errors = signal.layers.iter().rev().map(|layer| (layer.name.as_str(), layer.error_rms.unwrap()));
    let errors: Vec<_> = errors.collect();
    let (place, _) = errors.iter().find(|(_, error)| error / errors[0].1 < 1e-3).unwrap();
    assert!(found(&signal).contains(&("vanishing", *place)), "{signal}");
}

#[test]
fn residual_sums_are_seen_in_half_precision() {
    for dtype in [DType::BF16, DType::F16] {
        let vars = VarMap::new();
        let mut plan = blocks();
        plan.widths.truncate(17);
        let net = Net::new(he(1).var_builder(&vars, dtype, &CPU), &plan).unwrap();
        let batch = noise((16, 64), 7, &CPU).unwrap().to_dtype(dtype).unwrap();
        let loss = |x: &Tensor| cross_entropy(&net.forward(x)?.to_dtype(DType::F32)?);
        let signal = Probe::new(&vars).signal(&batch, loss).unwrap();
        assert!(found(&signal).contains(&("unscaled residual", "fc1.weight")), "{dtype:?} {signal}");
    }
}

/// Sound recorded in 16 bits is large, and the first norm sets its size.
#[test]
fn a_norm_sets_the_size_anew() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let (a, b) = (linear(16, 64, vb.pp("a")).unwrap(), linear(64, 64, vb.pp("b")).unwrap());
    let norm = candle_nn::layer_norm_no_bias(64, 1e-5, vb.pp("norm")).unwrap();
    let head = linear(64, CLASSES, vb.pp("head")).unwrap();
    let forward = |x: &Tensor| {
        let x = norm.forward(&a.forward(x)?)?.relu()?;
        cross_entropy(&head.forward(&b.forward(&x)?.relu()?)?)
    };
    let batch = (noise((16, 16), 7, &CPU).unwrap() * 30_000.0).unwrap();
    assert_eq!(found(&Probe::new(&vars).signal(&batch, forward).unwrap()), []);
}

/// The first channel is all positive, where ReLU does nothing; the others are off.
#[test]
fn an_activation_is_told_from_all_channels() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let conv = candle_nn::conv2d(
        3,
        64,
        3,
        candle_nn::Conv2dConfig { padding: 1, ..Default::default() },
        vb.pp("conv"),
    );
    let (conv, head) = (conv.unwrap(), linear(64, CLASSES, vb.pp("head")).unwrap());
    set(&vars, "conv.bias", |bias| {
        Tensor::from_iter((0..bias.elem_count()).map(|n| if n == 0 { 50f32 } else { -50.0 }), &CPU)
    });
    let forward = |x: &Tensor| {
        let pooled = conv.forward(x)?.relu()?.mean(D::Minus1)?.mean(D::Minus1)?;
        loss::cross_entropy(&head.forward(&pooled)?, &Tensor::zeros(2, DType::U32, &CPU)?)
    };
    let signal = Probe::new(&vars).signal(&noise((2, 3, 32, 32), 7, &CPU).unwrap(), forward).unwrap();
    assert_eq!(signal.layers[0].activation.as_deref(), Some("relu"));
    assert_eq!(signal.layers[0].dead, 63.0 / 64.0);
}

#[test]
fn one_class_is_nothing_to_tell_apart() {
    let (vars, net) = built(&he(1), &plain(Function::Candle(Activation::Relu))).unwrap();
    let batch = noise((8, 64), 7, &CPU).unwrap();
    for classes in [0, 1] {
        let signal = Probe::new(&vars).classes(classes).signal(&batch, |x| net.forward(x)?.sqr()?.mean_all());
        let said = signal.unwrap_err().to_string();
        assert_eq!(
            said,
            format!("the number of classes is {classes}: at least two, as of a single logit, is required")
        );
    }
}
