//! A rule resolved for one parameter, and its values: made in memory, or drawn on the device.

pub(crate) mod device;
mod dtype;
mod foreseen;
pub(crate) mod grown;
pub(crate) mod haar;
mod integers;
pub(crate) mod lazy;
pub(crate) mod loaded;
mod moments;
mod norm;
pub(crate) mod numbers;
mod operation;
pub(crate) mod origin;
pub(crate) mod parameter;
mod region;
pub(crate) mod resolved;
mod round;
mod span;
mod values;

pub use lazy::Lazy;
pub use moments::Moments;
