//! What a rule is for, on either side of its limit, where the corpus has no net that tells: each test fails without the rule.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use acceptance::healthy::{he, plain, verdict};
use acceptance::nets::{CLASSES, Function, built, cross_entropy};
use candle_core::{D, DType, Device, Result, Tensor};
use candle_init::{Initializer, init};
use candle_init_probe::{Probe, noise, tokens};
use candle_nn::{Activation, Linear, Module, VarMap, linear, linear_no_bias};

use crate::support::{found, set};

const CPU: Device = Device::Cpu;

/// A number for the first of some, another for the rest.
fn first(of: &Tensor, count: usize, then: [f32; 2]) -> Result<Tensor> {
    let each = (0..of.elem_count()).map(|n| then[usize::from(n >= count)]);
    Tensor::from_iter(each, &CPU)?.reshape(of.shape())
}

fn relu() -> Function {
    Function::Candle(Activation::Relu)
}

/// A quarter of a layer's outputs may lie on the flat sides; three quarters may not.
#[test]
fn half_of_the_outputs_may_be_flat() {
    for (units, is_saturated) in [(32, false), (96, true)] {
        let init = Initializer::new(1).weights(init::GLOROT_NORMAL).rule("*.bias", init::ZEROS);
        let (vars, net) = built(&init, &plain(Function::Tanh)).unwrap();
        set(&vars, "fc6.bias", |bias| first(bias, units, [10.0, 0.0]));
        let verdict = verdict(&vars, &net, None).unwrap();
        let flat = verdict.findings.iter().any(|found| found.name() == "saturated" && found.place == "fc6");
        assert_eq!(flat, is_saturated, "{units} units: {verdict}");
    }
}

/// Of the rows of a softmax, too.
#[test]
fn half_of_a_softmax_may_be_one_weight() {
    for (rows, is_flat) in [(2, false), (6, true)] {
        let vars = VarMap::new();
        let vb = he(1).var_builder(&vars, DType::F32, &CPU);
        let (score, head) =
            (linear(16, 12, vb.pp("score")).unwrap(), linear(12, CLASSES, vb.pp("head")).unwrap());
        let forward = |x: &Tensor| {
            let times = first(&Tensor::zeros((8, 1), DType::F32, &CPU)?, rows, [1e4, 1.0])?;
            let scores = score.forward(x)?.broadcast_mul(&times)?;
            cross_entropy(&head.forward(&candle_nn::ops::softmax(&scores, D::Minus1)?)?)
        };
        let signal = Probe::new(&vars).signal(&noise((8, 16), 7, &CPU).unwrap(), forward).unwrap();
        assert_eq!(found(&signal).iter().any(|(name, _)| *name == "saturated"), is_flat, "{rows}: {signal}");
    }
}

/// A batch of one sample, many times over, says nothing of a net that makes one of several.
#[test]
fn equal_inputs_have_equal_outputs() {
    let (vars, net) = built(&he(1), &plain(relu())).unwrap();
    let batch = noise((1, 64), 7, &CPU).unwrap().broadcast_as((32, 64)).unwrap().contiguous().unwrap();
    let signal = Probe::new(&vars).signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap();
    assert!(!found(&signal).iter().any(|(name, _)| *name == "collapsed"), "{signal}");
}

fn sigmoids(layers: &[Linear], x: &Tensor) -> Result<Tensor> {
    layers.iter().try_fold(x.clone(), |x, layer| candle_nn::ops::sigmoid(&layer.forward(&x)?))
}

/// The error is lost on its way to the words, and comes to the places: one of the first layers has it.
#[test]
fn an_error_that_comes_to_one_of_the_first_layers_is_not_lost() {
    for places in [true, false] {
        let vars = VarMap::new();
        let init = Initializer::new(1).weights(init::GLOROT_NORMAL).rule("*.bias", init::ZEROS);
        let vb = init.var_builder(&vars, DType::F32, &CPU);
        let table = |name, count| candle_nn::embedding(count, 64, vb.pp(name)).unwrap();
        let (words, place) = (table("words", 50), table("place", 16));
        let layers =
            (0..12).map(|n| linear(64, 64, vb.pp(format!("fc{n}")))).collect::<Result<Vec<_>>>().unwrap();
        let head = linear(64, CLASSES, vb.pp("head")).unwrap();
        let forward = |x: &Tensor| {
            let at = place.forward(&Tensor::arange(0u32, 16, &CPU)?)?;
            let deep = sigmoids(&layers, &words.forward(x)?)?;
            let all = if places { deep.broadcast_add(&at)? } else { deep };
            cross_entropy(&head.forward(&all)?.flatten_to(1)?)
        };
        let signal = Probe::new(&vars).signal(&tokens((4, 16), 50, 7, &CPU).unwrap(), forward).unwrap();
        let lost = found(&signal).iter().any(|(name, _)| *name == "vanishing");
        assert_eq!(lost, !places, "{signal}");
    }
}

/// What is compared with itself has a bias whose gradient cancels to the bit; a weight's does not.
#[test]
fn the_gradient_of_a_bias_may_cancel() {
    let vars = VarMap::new();
    let score = linear(16, 1, he(1).var_builder(&vars, DType::F32, &CPU).pp("score")).unwrap();
    let forward = |x: &Tensor| {
        let [a, b] = [0, 8].map(|from| score.forward(&x.narrow(0, from, 8)?));
        (a? - b?)?.neg()?.exp()?.affine(1.0, 1.0)?.log()?.mean_all()
    };
    let signal = Probe::new(&vars).signal(&noise((16, 16), 7, &CPU).unwrap(), forward).unwrap();
    let bias = signal.gradients.iter().find(|gradient| gradient.name == "score.bias").unwrap();
    assert_eq!(bias.moments.map(|moments| moments.zeros), Some(1), "{signal}");
    assert!(!found(&signal).iter().any(|(name, _)| *name == "zero gradient"), "{signal}");
}

/// What comes after a layer that is off follows from it, one number for all samples too: one finding.
#[test]
fn what_follows_from_a_dead_layer_is_not_said() {
    let vars = VarMap::new();
    let vb = he(1).var_builder(&vars, DType::F32, &CPU);
    let (a, b) = (linear(64, 64, vb.pp("a")).unwrap(), linear(64, 64, vb.pp("b")).unwrap());
    let head = linear(64, CLASSES, vb.pp("head")).unwrap();
    set(&vars, "b.bias", |bias| bias - 100.0);
    let forward = |x: &Tensor| {
        let off = b.forward(&a.forward(x)?.relu()?)?.relu()?;
        cross_entropy(&head.forward(&(off + 1.0)?)?)
    };
    let signal = Probe::new(&vars).signal(&noise((32, 64), 7, &CPU).unwrap(), forward).unwrap();
    let said: Vec<_> = found(&signal).into_iter().filter(|(name, _)| *name != "zero gradient").collect();
    assert_eq!(said, [("dead", "b")], "{signal}");
}

/// The layer is named in which numbers end, not the loss alone.
#[test]
fn the_layer_that_overflows_is_named() {
    let (vars, net) = built(&he(1), &plain(relu())).unwrap();
    for name in ["fc3.weight", "fc4.weight"] {
        set(&vars, name, |weight| weight * 1e25);
    }
    let batch = noise((32, 64), 7, &CPU).unwrap();
    let signal = Probe::new(&vars).signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap();
    assert!(found(&signal).contains(&("overflow", "fc4")), "{signal}");
}

/// A weight of zeros moves once something comes to it: nothing does from a layer that is off.
#[test]
fn zeros_behind_a_dead_layer_stay() {
    for (bias, stays) in [(0.0, false), (-100.0, true)] {
        let (vars, net) = built(&he(1), &plain(relu())).unwrap();
        set(&vars, "fc5.bias", |b| b + bias);
        set(&vars, "fc6.weight", Tensor::zeros_like);
        let batch = noise((32, 64), 7, &CPU).unwrap();
        let signal = Probe::new(&vars).signal(&batch, |x| cross_entropy(&net.forward(x)?)).unwrap();
        let said = found(&signal);
        println!("{bias}: {said:?}");
        assert_eq!(said.contains(&("uninitialised", "fc6.weight")), stays, "{signal}");
    }
}

/// Ten layers of four units differ by more than a thousand from net to net: what is lost there is far less.
#[test]
fn narrow_nets_have_wide_limits() {
    for (size, is_lost) in [(7e-4_f64, false), (1e-5, true)] {
        let vars = VarMap::new();
        let init = Initializer::new(1).weights(init::ORTHOGONAL);
        let vb = init.var_builder(&vars, DType::F32, &CPU);
        let layers = (0..10)
            .map(|n| linear_no_bias(4, 4, vb.pp(format!("fc{n}"))))
            .collect::<Result<Vec<_>>>()
            .unwrap();
        set(&vars, "fc8.weight", |weight| weight * size);
        let forward = |x: &Tensor| {
            let last = layers.iter().try_fold(x.clone(), |x, layer| layer.forward(&x))?;
            last.sqr()?.mean_all()
        };
        let signal = Probe::new(&vars).signal(&noise((16, 4), 7, &CPU).unwrap(), forward).unwrap();
        let lost = found(&signal).iter().any(|(name, _)| *name == "vanishing");
        assert_eq!(lost, is_lost, "{size}: {signal}");
    }
}
