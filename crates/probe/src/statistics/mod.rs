//! The size and shape of sets of numbers: the one place where moments are computed.

mod double;
pub(crate) mod histogram;
pub(crate) mod moments;
pub(crate) mod real;
mod single;
pub(crate) mod singular_values;
pub(crate) mod spread;
pub(crate) mod summation;
pub(crate) mod sums;
