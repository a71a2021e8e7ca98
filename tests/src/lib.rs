//! Helpers of the acceptance suites: statistics, arbitrary input, values to the bit.

pub mod catalogue;
pub mod corpus;
pub mod cuda_conformance;
pub mod cuda_host;
pub mod deep;
pub mod drawn;
pub mod gains;
pub mod healthy;
pub mod nets;
pub mod pasted;
pub mod planted;
pub mod requests;
pub mod rounded;
pub mod scratch;
pub mod share;
pub mod strategies;
pub mod values;

pub use reference::{depth, matrix, stats};

/// The code of the project's README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The code of the page on real models, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/real-models.md")]
struct RealModels;

/// The code of the page on gains, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/gains.md")]
struct Gains;

/// The code of the page for those who come from another framework.
#[cfg(doctest)]
#[doc = include_str!("../../docs/coming-from.md")]
struct ComingFrom;

/// The code of the page on the probe.
#[cfg(doctest)]
#[doc = include_str!("../../docs/probe.md")]
struct ProbePage;
