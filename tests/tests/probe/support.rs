//! What several tests do to a net, and ask of its signal.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use candle_core::{Result, Tensor};
use candle_init_probe::Signal;
use candle_nn::VarMap;

/// Gives a variable other values, made of its own.
#[track_caller]
pub(crate) fn set(vars: &VarMap, name: &str, change: impl Fn(&Tensor) -> Result<Tensor>) {
    let data = vars.data().lock().unwrap();
    data[name].set(&change(&data[name].as_detached_tensor()).unwrap()).unwrap();
}

/// What was found, and where.
pub(crate) fn found(signal: &Signal) -> Vec<(&'static str, &str)> {
    signal.findings.iter().map(|finding| (finding.name(), finding.place.as_str())).collect()
}
