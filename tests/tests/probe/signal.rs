//! What the signal check reads off unchanged models, and what taps add.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use acceptance::nets::{CLASSES, Function, Net, Plan, built, cross_entropy};
use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_init_probe::{Error, Fault, Operation, Probe, Recorder, Severity, Signal, noise, tokens};
use candle_nn::{Activation, Linear, Module, VarBuilder, VarMap, linear, loss};

const CPU: Device = Device::Cpu;

fn relu() -> Function {
    Function::Candle(Activation::Relu)
}

fn plan(activation: Function) -> Plan {
    Plan { widths: vec![32, 48, 40, 24], activation, residual: false }
}

fn he() -> Initializer {
    Initializer::new(1).weights(init::HE_NORMAL).rule("*.bias", init::ZEROS)
}

fn signal(init: &Initializer, plan: &Plan) -> Signal {
    let (vars, net) = built(init, plan).unwrap();
    let batch = noise((16, plan.widths[0]), 7, &CPU).unwrap();
    Probe::new(&vars).classes(CLASSES).signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap()
}

fn rms(tensor: &Tensor) -> f64 {
    let square = tensor.to_dtype(DType::F64).and_then(|t| t.sqr()?.mean_all()?.to_scalar::<f64>());
    square.unwrap().sqrt()
}

#[test]
fn an_unchanged_model_shows_its_layers_in_order_with_their_activation() {
    for (function, name) in [
        (relu(), "relu"),
        (Function::Tanh, "tanh"),
        (Function::Candle(Activation::Gelu), "gelu"),
        (Function::Candle(Activation::NewGelu), "gelu_tanh"),
        (Function::Candle(Activation::Silu), "silu"),
        (Function::Candle(Activation::Sigmoid), "sigmoid"),
        (Function::Candle(Activation::LeakyRelu(0.2)), "leaky_relu(slope=0.2)"),
        (Function::Candle(Activation::HardSwish), "hard_swish"),
        (Function::Candle(Activation::Relu2), "relu2"),
    ] {
        let signal = signal(&he(), &plan(function));
        let names: Vec<_> = signal.layers.iter().map(|layer| layer.name.as_str()).collect();
        assert_eq!(names, ["fc0", "fc1", "fc2", "head"]);
        let found: Vec<_> = signal.layers.iter().map(|layer| layer.activation.as_deref()).collect();
        assert_eq!(found, [Some(name), Some(name), Some(name), None], "{function:?}");
    }
}

#[test]
fn activations_are_recognised_in_every_dtype() {
    for dtype in [DType::F64, DType::F32, DType::F16, DType::BF16] {
        let vars = VarMap::new();
        let plan = plan(Function::Tanh);
        let net = Net::new(he().var_builder(&vars, dtype, &CPU), &plan).unwrap();
        let batch = noise((16, 32), 7, &CPU).unwrap().to_dtype(dtype).unwrap();
        let loss = |x: &Tensor| cross_entropy(&net.forward(x)?.to_dtype(DType::F32)?);
        let signal = Probe::new(&vars).signal(&batch, loss).unwrap();
        let found: Vec<_> = signal.layers.iter().map(|layer| layer.activation.as_deref()).collect();
        assert_eq!(found, [Some("tanh"), Some("tanh"), Some("tanh"), None], "{dtype:?}");
    }
}

/// Every figure against the same, computed by hand along the forward pass.
#[test]
fn the_figures_are_those_of_the_forward_pass() {
    let (vars, net) = built(&he(), &plan(relu())).unwrap();
    let batch = noise((16, 32), 7, &CPU).unwrap();
    let signal = Probe::new(&vars).signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap();
    let vb = VarBuilder::from_varmap(&vars, DType::F32, &CPU);
    let mut x = batch;
    for (number, (layer, pair)) in signal.layers.iter().zip([(32, 48), (48, 40), (40, 24)]).enumerate() {
        let before = linear(pair.0, pair.1, vb.pp(format!("fc{number}"))).unwrap().forward(&x).unwrap();
        let after = before.relu().unwrap();
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-5, "{a} for {b} in {}", layer.name);
        near(layer.input_rms, rms(&x));
        near(layer.output.rms(), rms(&before));
        near(layer.passed.rms(), rms(&after));
        let alive = after.max(0).unwrap().to_vec1::<f32>().unwrap();
        let off = alive.iter().filter(|value| **value == 0.0).count();
        assert_eq!(layer.dead, off as f64 / alive.len() as f64);
        x = after;
    }
}

/// A linear net whose loss is the sum of its outputs: the gradient at each output is known by hand.
#[test]
fn a_tap_measures_the_gradient_exactly_and_changes_nothing() {
    let vars = VarMap::new();
    let vb = he().var_builder(&vars, DType::F32, &CPU);
    let (a, b) = (linear(8, 6, vb.pp("a")).unwrap(), linear(6, 5, vb.pp("b")).unwrap());
    let batch = noise((4, 8), 7, &CPU).unwrap();
    let taps = Recorder::new();
    let forward = |x: &Tensor| b.forward(&taps.tap("a", &a.forward(x)?)?)?.sum_all();
    let plain = forward(&batch).unwrap().to_scalar::<f32>().unwrap();
    let signal = Probe::new(&vars).recorder(&taps).signal(&batch, forward).unwrap();
    assert_eq!(signal.loss, f64::from(plain));
    let columns = b.weight().sum(0).unwrap();
    let error = signal.layers[0].error_rms.unwrap();
    assert!((error / rms(&columns) - 1.0).abs() < 1e-6, "{error}");
    assert_eq!(signal.layers.len(), 2, "a tap at a layer's output is that layer's");
}

/// For one sample the weight's gradient is `δ·xᵀ`, so its size tells that of `δ` exactly.
#[test]
fn without_a_tap_the_gradient_of_one_sample_follows_from_the_weights() {
    let (vars, net) = built(&he(), &plan(relu())).unwrap();
    let batch = noise((1, 32), 7, &CPU).unwrap();
    let taps = Recorder::new();
    let tapped = |x: &Tensor| {
        let mut x = x.clone();
        let vb = VarBuilder::from_varmap(&vars, DType::F32, &CPU);
        for (number, (from, to)) in [(32, 48), (48, 40), (40, 24)].into_iter().enumerate() {
            let layer = linear(from, to, vb.pp(format!("fc{number}")))?;
            x = taps.tap(&format!("tap{number}"), &layer.forward(&x)?)?.relu()?;
        }
        cross_entropy(&linear(24, CLASSES, vb.pp("head"))?.forward(&x)?)
    };
    let exact = Probe::new(&vars).recorder(&taps).signal(&batch, tapped).unwrap();
    let followed = Probe::new(&vars).signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap();
    assert_eq!(exact.loss, followed.loss);
    for (exact, followed) in exact.layers.iter().zip(&followed.layers).take(3) {
        let (exact, followed) = (exact.error_rms.unwrap(), followed.error_rms.unwrap());
        assert!((followed / exact - 1.0).abs() < 1e-4, "{followed} for {exact}");
    }
}

/// Four samples that are one: the weight's gradient is `4·δ·xᵀ`, which the root of four cannot know.
#[test]
fn where_all_samples_agree_it_is_too_large_by_the_root_of_their_number() {
    let vars = VarMap::new();
    let (a, b) = {
        let vb = he().var_builder(&vars, DType::F32, &CPU);
        (linear(8, 6, vb.pp("a")).unwrap(), linear(6, 5, vb.pp("b")).unwrap())
    };
    let batch = noise((1, 8), 7, &CPU).unwrap().repeat((4, 1)).unwrap();
    let signal = Probe::new(&vars).signal(&batch, |x| b.forward(&a.forward(x)?)?.sum_all()).unwrap();
    let exact = rms(&b.weight().sum(0).unwrap());
    assert!((signal.layers[0].error_rms.unwrap() / exact - 2.0).abs() < 1e-5);
}

#[test]
fn outside_of_a_probe_a_tap_hands_back_its_tensor() {
    let x = noise((2, 2), 7, &CPU).unwrap();
    assert_eq!(Recorder::new().tap("x", &x).unwrap().id(), x.id());
}

/// Norms with a bias go by candle's fused kernel, which has no backward pass.
#[test]
fn a_cut_in_the_graph_is_named_and_taps_see_beyond_it() {
    let vars = VarMap::new();
    let vb = he().var_builder(&vars, DType::F32, &CPU);
    let fc = linear(8, 6, vb.pp("fc")).unwrap();
    let norm = candle_nn::layer_norm(6, 1e-5, vb.pp("norm")).unwrap();
    let head = linear(6, CLASSES, vb.pp("head")).unwrap();
    let batch = noise((4, 8), 7, &CPU).unwrap();
    let taps = Recorder::new();
    let forward = |x: &Tensor| {
        let x = taps.tap("before the norm", &fc.forward(x)?)?;
        cross_entropy(&head.forward(&norm.forward(&x)?)?)
    };
    let signal = Probe::new(&vars).recorder(&taps).signal(&batch, forward).unwrap();
    let unreached: Vec<_> = signal.findings.iter().map(|f| (f.name(), f.place.as_str())).collect();
    assert_eq!(unreached, [("no gradient", "norm")]);
    let Fault::NoGradient { operation, parameters, of, .. } = &signal.findings[0].fault else { panic!() };
    assert_eq!(parameters, &["fc.bias", "fc.weight", "norm.bias", "norm.weight"]);
    assert_eq!((*operation, *of), (Some(Operation::LayerNorm), 6));
    let tap = signal.layers.iter().find(|layer| layer.name == "before the norm").unwrap();
    assert!(tap.output.std > 0.1 && tap.error_rms.is_none());
}

/// A language model in small: tokens are integers, so candle's record starts at the embedding.
#[test]
fn a_model_of_tokens_is_read_from_its_embedding_on() {
    let vars = VarMap::new();
    let init = Initializer::new(1).rule("wte.weight", Init::Randn { mean: 0.0, stdev: 0.02 });
    let vb = init.var_builder(&vars, DType::F32, &CPU);
    let table = candle_nn::embedding(50, 16, vb.pp("wte")).unwrap();
    let norm = candle_nn::layer_norm_no_bias(16, 1e-5, vb.pp("ln")).unwrap();
    let fc = linear(16, 24, vb.pp("fc")).unwrap();
    let batch = tokens((3, 5), 50, 7, &CPU).unwrap();
    let forward = |x: &Tensor| {
        let hidden = norm.forward(&table.forward(x)?)?;
        let logits = fc.forward(&hidden)?.relu()?.flatten_to(1)?;
        loss::cross_entropy(&logits.narrow(1, 0, CLASSES)?, &x.flatten_all()?.clamp(0u32, 9u32)?)
    };
    let signal = Probe::new(&vars).signal(&batch, forward).unwrap();
    let layers: Vec<_> = signal.layers.iter().map(|l| (l.name.as_str(), l.activation.as_deref())).collect();
    assert_eq!(layers, [("wte", None), ("ln", None), ("fc", Some("relu"))]);
    let rms = signal.layers.iter().map(|layer| layer.output.rms()).collect::<Vec<_>>();
    assert!((rms[0] / 0.02 - 1.0).abs() < 0.15 && (rms[1] - 1.0).abs() < 0.05, "{rms:?}");
}

/// candle's embedding of std 1 under a tied head: the famous first loss far above `ln V`.
#[test]
fn tied_weights_are_one_layer_and_their_first_loss_is_named() {
    let vars = VarMap::new();
    let vb = Initializer::new(1).var_builder(&vars, DType::F32, &CPU);
    let table = candle_nn::embedding(CLASSES, 64, vb.pp("wte")).unwrap();
    let head = Linear::new(table.embeddings().clone(), None);
    let batch = tokens((3, 5), CLASSES as u32, 7, &CPU).unwrap();
    let forward = |x: &Tensor| cross_entropy(&head.forward(&table.forward(x)?.flatten_to(1)?)?);
    let signal = Probe::new(&vars).classes(CLASSES).signal(&batch, forward).unwrap();
    assert_eq!(signal.layers.len(), 1);
    let [finding] = &signal.findings[..] else { panic!("{:?}", signal.findings) };
    assert_eq!((finding.name(), finding.place.as_str()), ("first loss", "wte.weight"));
    assert!(finding.measured() > 20.0 && finding.what().contains("ln(10) = 2.30"), "{finding}");
    assert_eq!(signal.loss, finding.measured());
}

/// Ten logits for three classes: a loss of ln 10 is right, and what was stated is not.
#[test]
fn fewer_classes_than_logits_are_said_to_be() {
    let vars = VarMap::new();
    let vb = Initializer::new(1).weights(init::LECUN_NORMAL).var_builder(&vars, DType::F32, &CPU);
    let head = linear(16, CLASSES, vb.pp("head")).unwrap();
    let batch = noise((32, 16), 7, &CPU).unwrap();
    let said = |classes: usize, factor: f64| {
        let forward = |x: &Tensor| cross_entropy(&(head.forward(x)? * factor)?);
        let signal = Probe::new(&vars).classes(classes).signal(&batch, forward).unwrap();
        signal.findings.iter().map(|finding| finding.advice()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(said(3, 0.1), "`head.weight` gives 10 numbers: if each is a class, state .classes(10)");
    assert_eq!(said(10, 0.1), "");
    assert!(said(3, 10.0).contains("Start the head smaller"), "{}", said(3, 10.0));
}

#[test]
fn images_have_channels_for_units() {
    let vars = VarMap::new();
    let vb = he().var_builder(&vars, DType::F32, &CPU);
    let conv = candle_nn::conv2d(3, 8, 3, Default::default(), vb.pp("conv")).unwrap();
    let norm = candle_nn::batch_norm(8, 1e-5, vb.pp("norm")).unwrap();
    let batch = noise((4, 3, 10, 10), 7, &CPU).unwrap();
    // Two channels that a large negative bias switches off.
    let mut bias = vec![0f32; 8];
    bias[..2].fill(-100.0);
    let data = vars.data().lock().unwrap();
    data["conv.bias"].set(&Tensor::new(bias, &CPU).unwrap()).unwrap();
    drop(data);
    let forward = |x: &Tensor| norm.forward_train(&conv.forward(x)?.relu()?)?.sqr()?.mean_all();
    let signal = Probe::new(&vars).signal(&batch, forward).unwrap();
    assert_eq!(signal.layers[0].activation.as_deref(), Some("relu"));
    assert_eq!(signal.layers[0].dead, 0.25);
    assert_eq!(signal.gradients.len(), 4, "running statistics are no parameters");
}

#[test]
fn updates_are_relative_to_the_weights() {
    let (vars, net) = built(&he(), &plan(relu())).unwrap();
    let batch = noise((16, 32), 7, &CPU).unwrap();
    let probe = Probe::new(&vars).learning_rate(0.1);
    let signal = probe.signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap();
    for gradient in &signal.gradients {
        assert_eq!(gradient.update, gradient.to_weight.map(|ratio| 0.1 * ratio));
    }
    let weight = signal.gradients.iter().find(|g| g.name == "fc1.weight").unwrap();
    let expected = weight.moments.unwrap().rms() / rms(vars.data().lock().unwrap()["fc1.weight"].as_tensor());
    assert!((weight.to_weight.unwrap() / expected - 1.0).abs() < 1e-6);
}

fn refused(batch: &Tensor, forward: impl FnOnce(&Tensor) -> Result<Tensor>) -> Error {
    let (vars, _) = built(&he(), &plan(relu())).unwrap();
    Probe::new(&vars).signal(batch, forward).unwrap_err()
}

#[test]
fn bad_batches_are_errors_that_say_what_is_required() {
    let nan = Tensor::new(&[[1f32, f32::NAN], [f32::INFINITY, 2.0]], &CPU).unwrap();
    let error = refused(&nan, |x| x.sum_all()).to_string();
    assert!(error.contains("1 NaN and 1 infinite") && error.contains("finite numbers"), "{error}");
    let empty = Tensor::zeros((0, 4), DType::F32, &CPU).unwrap();
    assert!(refused(&empty, |x| x.sum_all()).to_string().contains("is empty"));
    let good = noise((2, 4), 7, &CPU).unwrap();
    let error = refused(&good, |x| Ok(x.clone())).to_string();
    assert!(error.contains("[2, 4]") && error.contains("cross_entropy"), "{error}");
}

#[test]
fn a_forward_pass_that_fails_names_the_layer() {
    let (vars, net) = built(&he(), &plan(relu())).unwrap();
    let wrong = noise((2, 31), 7, &CPU).unwrap();
    let error = Probe::new(&vars).signal(&wrong, |x| cross_entropy(&net.forward(x)?)).unwrap_err();
    assert!(error.to_string().contains("failed at `fc0.weight`"), "{error}");

    let taps = Recorder::new();
    let seq = candle_nn::seq().add(taps.wrap("first", Activation::Relu)).add_fn(|x| x.reshape((7, 7)));
    let error = Probe::new(&vars).recorder(&taps).signal(&wrong, |x| seq.forward(x)).unwrap_err();
    assert!(error.to_string().contains("after the tap `first`"), "{error}");

    let seq = candle_nn::seq().add(taps.wrap("first", candle_nn::func(|x| x.reshape((7, 7)))));
    let error = Probe::new(&vars).recorder(&taps).signal(&wrong, |x| seq.forward(x)).unwrap_err();
    assert!(error.to_string().contains("in `first`"), "{error}");
}

#[test]
fn a_model_that_ignores_its_parameters_is_listed_and_no_crash() {
    let (vars, _) = built(&he(), &plan(relu())).unwrap();
    let batch = noise((2, 4), 7, &CPU).unwrap();
    let signal = Probe::new(&vars).signal(&batch, |x| x.sqr()?.mean_all()).unwrap();
    assert!(signal.layers.is_empty() && signal.gradients.iter().all(|g| g.moments.is_none()));
    assert_eq!(signal.findings.len(), 1);
    assert_eq!(signal.findings[0].severity(), Severity::Fault);
}

#[test]
fn a_probe_changes_nothing() {
    let (vars, net) = built(&he(), &plan(relu())).unwrap();
    let values = |net: &Net, x: &Tensor| net.forward(x).unwrap().to_vec2::<f32>().unwrap();
    let batch = noise((4, 32), 7, &CPU).unwrap();
    let before = values(&net, &batch);
    Probe::new(&vars).signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap();
    assert_eq!(before, values(&net, &batch));
}
