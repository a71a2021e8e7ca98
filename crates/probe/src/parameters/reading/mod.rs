//! The elements of parameters, read piece by piece from memory or from a file.

pub(crate) mod difference;
pub(crate) mod dtype;
mod element;
pub(crate) mod file;
pub(crate) mod piece;
pub(crate) mod stored;
pub(crate) mod vars;
