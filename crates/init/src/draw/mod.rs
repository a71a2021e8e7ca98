//! A rule resolved for one parameter, and its values: in memory, or drawn on the device.

pub(crate) mod device;
pub(crate) mod haar;
mod moments;
pub(crate) mod operation;
pub(crate) mod parameter;
pub(crate) mod resolved;
mod tensor;

pub use moments::Moments;
