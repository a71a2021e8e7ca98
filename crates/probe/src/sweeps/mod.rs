//! The same net at several widths and depths.

pub(crate) mod coordinates;
pub(crate) mod depth_sweep;
pub(crate) mod growth;
pub(crate) mod lines;
pub(crate) mod net;
