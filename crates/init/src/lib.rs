#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want | look at |
//! |---|---|
//! | a model with seeded weights | [`Initializer`] |
//! | a law: Glorot, He, LeCun, truncated, constant | [`init`], [`Init`] |
//! | a law for some parameters, or one of your own | [`Initializer::rule`], [`Rule::custom`] |
//! | what each parameter will get, before any memory is taken | [`Initializer::plan`] |
//! | what each parameter got | [`Initializer::report`] |
//! | fans of grouped and transposed convolutions, stacked gates | [`Layer`], [`Fans`] |
//! | gains for nonlinearities | [`NonLinearity`] |
//! | one tensor, no model | [`Initializer::tensor`] |
//! | variables in an order that does not change from run to run | [`named_vars`], [`trainable_vars`] |
//! | the random numbers themselves | [`counter_rng`] |

#![forbid(unsafe_code)]

mod backend;
mod error;
mod fans;
mod gain;
pub mod init;
mod initializer;
mod nearest;
mod orthogonal;
mod plan;
mod policy;
mod record;
mod report;
mod rule;
mod table;
mod tensor;
mod text;
mod variance_scaling;
mod vars;

pub use counter_rng;
pub use counter_rng::Law;

pub use error::{Error, Result, Uncovered};
pub use fans::{Fans, Layer};
pub use gain::NonLinearity;
pub use init::{Cut, Init};
pub use initializer::Initializer;
#[doc(hidden)]
pub use orthogonal::{Scalar, defect, orthonormal};
pub use plan::Plan;
pub use policy::Why;
pub use record::Record;
pub use report::{Entry, Report};
pub use rule::Rule;
pub use text::NAMED;
pub use variance_scaling::{Distribution, Fan, STD_CUT_AT_TWO_SIGMAS, VarianceScaling};
pub use vars::{named_vars, trainable_vars};
