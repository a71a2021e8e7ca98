//! What the signal check gives back.

pub(crate) mod signal;
mod table;
