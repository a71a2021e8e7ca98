//! A rule resolved for one parameter, and its values: in memory, or drawn on the device.

pub(crate) mod device;
pub(crate) mod haar;
pub(crate) mod operation;
pub(crate) mod parameter;
pub(crate) mod resolved;
mod tensor;
