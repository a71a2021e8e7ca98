#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// A test that fails by panicking says where.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod causes;
mod error;
pub mod figure;
mod findings;
mod histogram;
mod moments;
mod number;
pub mod page;
mod parameters;
#[cfg(test)]
mod scratch;
mod signals;
mod sweeps;
mod table;
mod trainable;
mod tuning;
mod verdict;
mod whole;

pub use error::{Error, Result};
pub use findings::fault::{Basis, Fault, Side, Way};
pub use findings::finding::{Finding, Severity};
pub use findings::limit::Limit;
pub use histogram::Histogram;
pub use moments::Moments;
pub use parameters::inspect::Inspect;
pub use parameters::inspection::{Inspection, Parameter, Spectrum, Target};
pub use parameters::unmoved::{Decayed, Unmoved, unmoved, unmoved_since_init};
pub use parameters::verify::{Different, Mismatched, Verification, verify};
pub use signals::batch::{noise, tokens};
pub use signals::probe::Probe;
pub use signals::signal::{Band, Gradient, LayerSignal, Signal};
pub use signals::tap::{Recorder, Tapped};
pub use sweeps::coordinates::{CoordinateCheck, LayerGrowth, Lines, coordinate_check};
pub use sweeps::depth_sweep::{DepthPoint, DepthSweep, depth_sweep};
pub use sweeps::growth::Growth;
pub use sweeps::net::{Net, TrainedNet};
pub use tuning::lsuv::{Biases, Lsuv, unit_variance};
pub use tuning::lsuv_report::{LsuvLayer, LsuvOutcome, LsuvReport};
pub use verdict::Verdict;
pub use whole::write_whole;
