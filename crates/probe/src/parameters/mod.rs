//! The static check: parameters as they stand, in a map or a file, without a forward pass.

pub(crate) mod checks;
pub(crate) mod comparisons;
pub(crate) mod inspect;
pub(crate) mod reading;
pub(crate) mod report;
