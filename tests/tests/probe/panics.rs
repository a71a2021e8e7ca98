//! A forward pass that panics: whoever catches that finds the model as it was, and no recorder that goes on listening.

#![allow(clippy::panic, reason = "that is what the closures here do")]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use acceptance::values::snapshot;
use candle_core::{DType, Device, Module, Result, Tensor, Var};
use candle_init::{Initializer, init, named_vars};
use candle_init_probe::{Lsuv, Probe, Recorder, noise, unit_variance};
use candle_nn::{Linear, VarMap, linear};

const CPU: Device = Device::Cpu;

fn net() -> Result<(VarMap, Linear, Linear)> {
    let vars = VarMap::new();
    let vb = Initializer::new(1).weights(init::HE_NORMAL).var_builder(&vars, DType::F32, &CPU);
    Ok((vars.clone(), linear(16, 32, vb.pp("fc"))?, linear(32, 4, vb.pp("head"))?))
}

/// Panics in its `last` pass, in which other parameters have been changed already.
fn forward<'a>(fc: &'a Linear, head: &'a Linear, last: usize) -> impl Fn(&Tensor) -> Result<Tensor> + 'a {
    let passes = Cell::new(0);
    move |x| {
        passes.set(passes.get() + 1);
        if passes.get() == last {
            panic!("in pass {last}");
        }
        head.forward(&fc.forward(x)?.tanh()?)
    }
}

#[test]
fn weights_are_put_back() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let (vars, fc, head) = net()?;
    let (batch, before) = (noise((64, 16), 7, &CPU)?, snapshot(&vars)?);
    for last in 1..=3 {
        for lsuv in [Lsuv::new(1), Lsuv::new(1).keep_weights()] {
            let run = || lsuv.run(&vars, &batch, forward(&fc, &head, last));
            assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
            assert_eq!(snapshot(&vars)?, before, "{last}");
        }
    }
    assert!(unit_variance(&vars, &batch, forward(&fc, &head, 99))?.is_settled());
    Ok(())
}

#[test]
fn statistics_are_put_back_and_nobody_listens() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let (vars, fc, _) = net()?;
    let (batch, before, taps) = (noise((64, 16), 7, &CPU)?, snapshot(&vars)?, Recorder::new());
    let weight: Var = named_vars(&vars).into_iter().find(|(name, _)| name == "fc.weight").ok_or("none")?.1;
    let moves = |x: &Tensor| -> Result<Tensor> {
        taps.tap("fc", &fc.forward(x)?)?;
        weight.set(&weight.zeros_like()?)?;
        panic!("after the weight was moved");
    };
    let probe = Probe::new(&vars).recorder(&taps);
    assert!(catch_unwind(AssertUnwindSafe(|| probe.signal(&batch, moves))).is_err());
    assert_eq!(snapshot(&vars)?, before);
    let tapped = taps.tap("fc", &batch)?;
    assert_eq!(tapped.id(), batch.id(), "the recorder still listens");
    Ok(())
}
