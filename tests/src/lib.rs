//! Helpers of the acceptance suites: statistics, arbitrary input, values to the bit.

pub mod catalogue;
pub mod depth;
pub mod rounded;
pub mod stats;
pub mod strategies;
pub mod values;
