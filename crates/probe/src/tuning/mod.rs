//! Data-dependent initialization on the same record.

pub(crate) mod linear;
pub(crate) mod lsuv;
pub(crate) mod lsuv_report;
pub(crate) mod outputs;
pub(crate) mod rescale;
pub(crate) mod snapshot;
pub(crate) mod spot;
