#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// A test that fails by panicking says where.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod any_error;
mod error;
#[cfg(feature = "pages")]
pub mod figure;
mod findings;
#[cfg(feature = "pages")]
pub mod page;
mod parameters;
mod rehearsal;
mod requirement;
mod signals;
mod statistics;
mod sweeps;
mod text;
mod tuning;
#[cfg(feature = "pages")]
mod views;
#[cfg(feature = "pages")]
mod whole;

pub use answer::verdict::{MadeBy, Verdict};
pub use any_error::any_error;
pub use error::{Error, Result};
pub use findings::fault::{Basis, Fault, Operation, Side, Way};
pub use findings::finding::Finding;
pub use findings::limit::Limit;
pub use findings::severity::Severity;
pub use parameters::comparisons::unmoved::{Decayed, Unmoved, unmoved, unmoved_since_init};
pub use parameters::comparisons::verify::{Different, Mismatched, Verification, verify};
pub use parameters::inspect::Inspect;
pub use parameters::report::inspection::Inspection;
pub use parameters::report::parameter::{Parameter, Target};
pub use parameters::report::spectrum::Spectrum;
pub use rehearsal::report::{Course, Outcome, Rehearsal};
pub use signals::passes::batch::{noise, tokens};
pub use signals::probe::Probe;
pub use signals::record::tap::{Recorder, Tapped};
pub use signals::report::signal::{Band, Gradient, LayerSignal, Signal};
pub use statistics::histogram::Histogram;
pub use statistics::moments::Moments;
pub use sweeps::coordinates::{CoordinateCheck, LayerGrowth, coordinate_check};
pub use sweeps::depth_sweep::{DepthPoint, DepthSweep, depth_sweep};
pub use sweeps::growth::Growth;
pub use sweeps::lines::Lines;
pub use sweeps::net::{Net, TrainedNet};
pub use tuning::lsuv::unit_variance;
pub use tuning::options::{Biases, Lsuv};
pub use tuning::report::{LsuvLayer, LsuvOutcome, LsuvReport};
#[cfg(feature = "pages")]
pub use whole::write_whole;
