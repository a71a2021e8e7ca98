//! The distributions of a stream: numbers only, checked when they are made.

mod moments;
mod parameters;
mod window;

pub use parameters::Distribution;
pub(crate) use parameters::Kind;
pub(crate) use window::{Window, lower_tail};
