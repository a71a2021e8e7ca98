//! What the static check gives back.

pub(crate) mod inspection;
pub(crate) mod parameter;
pub(crate) mod spectrum;
mod table;
