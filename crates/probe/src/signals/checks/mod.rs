//! The figures of a signal, and what is wrong with them.

mod depth;
pub(crate) mod judge;
pub(crate) mod measure;
