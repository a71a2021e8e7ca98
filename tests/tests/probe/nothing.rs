//! A check of nothing is an error, never a pass.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use candle_core::{DType, Device, Tensor};
use candle_init::{Initializer, init};
use candle_init_probe::{
    Error, Inspection, Net, Probe, assert_trainable, coordinate_check, depth_sweep, noise, verify,
};
use candle_nn::{Linear, Module, VarMap, linear};

const CPU: Device = Device::Cpu;

fn batch() -> Tensor {
    noise((8, 4), 7, &CPU).unwrap()
}

/// A map with the weight and bias of one layer.
fn layer() -> (VarMap, Linear) {
    let vars = VarMap::new();
    let init = Initializer::new(1).weights(init::HE_NORMAL);
    let layer = linear(4, 1, init.var_builder(&vars, DType::F32, &CPU).pp("fc")).unwrap();
    (vars, layer)
}

fn square(x: &Tensor) -> candle_core::Result<Tensor> {
    x.sqr()?.mean_all()
}

fn is_empty<T>(checked: Result<T, Error>) -> bool {
    matches!(checked, Err(Error::NoParameters { .. }))
}

#[test]
fn an_empty_map_is_no_healthy_model() {
    let (nothing, init) = (VarMap::new(), Initializer::new(1));
    assert!(is_empty(Inspection::of(&nothing)));
    assert!(is_empty(Inspection::with_targets(&nothing, &init)));
    assert!(is_empty(Probe::new(&nothing).signal(&batch(), square)));
    assert!(is_empty(Probe::new(&nothing).check(&batch(), square)));
    let net = |_| Ok(Net::new(&nothing, &batch(), square));
    assert!(is_empty(depth_sweep(&[1], net)));
    assert!(is_empty(coordinate_check(&[1, 2], 1, |width| Ok(net(width)?.step(|_| Ok(()))))));
    let file = acceptance::scratch::Scratch::new();
    layer().0.save(file.path()).unwrap();
    assert!(is_empty(verify(file.path(), &init, |_| candle_core::Result::Ok(()))));
}

#[test]
#[should_panic = "has no parameters"]
fn nothing_is_not_asserted_trainable() {
    assert_trainable!(Probe::new(&VarMap::new()), &batch(), square);
}

/// Running statistics have no gradient and need none, so a map of them alone shows no layer and no fault.
#[test]
fn a_pass_that_meets_no_layer_is_an_error() {
    let vars = VarMap::new();
    vars.get(4, "norm.running_mean", candle_nn::Init::Const(0.0), DType::F32, &CPU).unwrap();
    assert!(matches!(Probe::new(&vars).signal(&batch(), square), Err(Error::NoLayers)));
    let net = |_| Ok(Net::new(&vars, &batch(), square));
    assert!(matches!(depth_sweep(&[1], net), Err(Error::NoLayers)));
    let check = coordinate_check(&[1, 2], 1, |width| Ok(net(width)?.step(|_| Ok(()))));
    assert!(matches!(check, Err(Error::NoLayers)));
    // A net whose loss does not use its parameters gets a finding for their missing gradients.
    let (vars, _) = layer();
    let verdict = Probe::new(&vars).check(&batch(), square).unwrap();
    assert!(!verdict.is_trainable() && verdict.findings[0].name() == "no gradient");
}

/// No table of no layers, and the first thing to look at.
#[test]
fn another_map_than_the_models_is_said() {
    let ((vars, _), (_, fc)) = (layer(), layer());
    let verdict = Probe::new(&vars).check(&batch(), |x| square(&fc.forward(x)?)).unwrap();
    let said = verdict.to_string();
    assert!(said.contains("2 of 2 parameters: the loss depends on nothing in this `VarMap`"), "{said}");
    assert!(said.contains("Give the `VarMap` that the model was built in"), "{said}");
    assert!(!said.contains("╞═══════╡") && !said.contains("│ layer │"), "{said}");
}

#[test]
fn a_sweep_over_no_depth_is_an_error() {
    let (vars, fc) = layer();
    let net = |_| Ok(Net::new(&vars, &batch(), |x| fc.forward(x)?.sqr()?.mean_all()));
    assert!(matches!(depth_sweep(&[], net), Err(Error::Number { parameter: "the number of depths", .. })));
    assert!(depth_sweep(&[1], net).unwrap().points[0].is_trainable());
}
