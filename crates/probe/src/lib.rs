#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod depth;
mod error;
mod facts;
mod fault;
mod finding;
mod histogram;
mod inspection;
mod limit;
mod moments;
mod number;
mod signal;
mod verdict;

pub use error::{Error, Result};
pub use fault::{Basis, Fault, Side, Way};
pub use finding::{Finding, Severity};
pub use histogram::Histogram;
pub use inspection::{Inspection, Parameter, Spectrum, Target};
pub use limit::Limit;
pub use moments::Moments;
pub use signal::{Band, Gradient, LayerSignal, Signal};
pub use verdict::Verdict;
