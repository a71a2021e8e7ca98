//! What can be found wrong, and how it is put.

mod facts;
pub(crate) mod fault;
pub(crate) mod finding;
pub(crate) mod limit;
mod of_parameters;
mod of_signals;
pub(crate) mod severity;
