//! Data-dependent initialization on the same record.

mod linear;
pub(crate) mod lsuv;
pub(crate) mod options;
pub(crate) mod report;
mod rescale;
