//! Closures of any error type: what a user writes is taken, and what failed is found again.

use anyhow::{Result, bail};
use candle_core::{DType, Device, Module, Tensor};
use candle_init::{Initializer, init};
use candle_init_probe::{Error, Inspection, Probe, any_error, assert_trainable, noise, unit_variance};
use candle_nn::{Linear, VarMap, linear};

fn net() -> Result<(VarMap, Linear, Tensor)> {
    let vars = VarMap::new();
    let vb = Initializer::new(1).weights(init::HE_NORMAL).var_builder(&vars, DType::F32, &Device::Cpu);
    Ok((vars, linear(64, 10, vb)?, noise((32, 64), 7, &Device::Cpu)?))
}

/// What a user writes: closures of candle's errors with `?` and a final `Ok`, and functions of other errors.
#[test]
fn every_kind_of_closure_is_taken_without_annotation() -> Result<()> {
    let (vars, net, batch) = net()?;
    let candle = |x: &Tensor| net.forward(x)?.sqr()?.mean_all();
    let init = |x: &Tensor| -> candle_init::Result<Tensor> { Ok(candle(x)?) };
    let anyhow = |x: &Tensor| -> Result<Tensor> { Ok(candle(x)?) };
    assert_trainable!(Probe::new(&vars), &batch, candle);
    assert_trainable!(Probe::new(&vars), &batch, |x| {
        let loss = net.forward(x)?.sqr()?.mean_all()?;
        Ok(loss)
    });
    assert_trainable!(Probe::new(&vars), &batch, |x| any_error(init(x)));
    assert_trainable!(Probe::new(&vars), &batch, |x| {
        let loss = any_error(anyhow(x))?;
        Ok(loss)
    });
    assert!(unit_variance(&vars, &batch, |x| any_error(anyhow(x)))?.is_settled());
    Ok(())
}

#[test]
fn errors_are_found_behind_candle() -> Result<()> {
    let (vars, _, batch) = net()?;
    let behind = |result: candle_core::Result<Tensor>| match Probe::new(&vars).signal(&batch, |_| result) {
        Err(Error::Forward { cause, .. }) => Ok(cause),
        other => bail!("{other:?}"),
    };
    let vector = Initializer::new(1).tensor("w", 3, init::HE_NORMAL, DType::F32, &Device::Cpu);
    let misfit = candle_init::Error::of(&behind(any_error(vector))?).map(ToString::to_string);
    assert!(misfit.is_some_and(|text| text.contains("parameter `w` [3]")));
    let ours = behind(any_error(Inspection::of(&VarMap::new()).map(|_| batch.clone())))?;
    assert!(matches!(Error::of(&ours), Some(Error::NoParameters { .. })));
    let candle = behind(any_error(batch.reshape((1, 2))))?;
    // As it is: with a backtrace where the environment asks for one, and in no other wrapping.
    let is_wrapped = matches!(candle, candle_core::Error::Io(_));
    assert!(!is_wrapped && candle.to_string().starts_with("Shape mismatch"), "{candle}");
    assert!(matches!(Error::from(candle_core::Error::from(Error::NoLayers)), Error::NoLayers));
    let anyhow = behind(any_error(Err(anyhow::anyhow!("the user's own"))))?;
    assert_eq!(anyhow.to_string(), "the user's own");
    Ok(())
}
