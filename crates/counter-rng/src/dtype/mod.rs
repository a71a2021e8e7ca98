//! The dtypes that a stream can fill, and the one rounding that leads to them.

mod rounding;

pub use rounding::Dtype;
pub(crate) use rounding::{at_least, at_most};
