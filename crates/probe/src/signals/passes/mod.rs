//! Batches, and a model's passes over them.

pub(crate) mod batch;
pub(crate) mod blame;
pub(crate) mod runner;
pub(crate) mod scope;
pub(crate) mod snapshot;
