#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod batch;
mod blame;
mod depth;
mod error;
mod facts;
mod fault;
mod finding;
mod flow;
mod histogram;
mod inspection;
mod judge;
mod layer;
mod limit;
mod measure;
mod moments;
mod number;
mod predict;
mod probe;
mod recognise;
mod residual;
mod signal;
mod tap;
mod tape;
mod theory;
mod values;
mod verdict;

pub use batch::{noise, tokens};
pub use error::{Error, Result};
pub use fault::{Basis, Fault, Side, Way};
pub use finding::{Finding, Severity};
pub use histogram::Histogram;
pub use inspection::{Inspection, Parameter, Spectrum, Target};
pub use limit::Limit;
pub use moments::Moments;
pub use probe::Probe;
pub use signal::{Band, Gradient, LayerSignal, Signal};
pub use tap::{Recorder, Tapped};
pub use verdict::Verdict;
