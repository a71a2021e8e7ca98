#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want | look at |
//! |---|---|
//! | a model with seeded weights | [`Initializer`] |
//! | a law: Glorot, He, LeCun, orthogonal, identity, truncated, constant | [`init`], [`Init`] |
//! | a law with a gain, a mask, a padding row, by blocks | [`Rule`] |
//! | factors for deep residual nets | [`depth`] |
//! | a law for some parameters, or one of your own | [`Initializer::rule`], [`Rule::custom`] |
//! | the defaults of PyTorch, Keras or Flax | [`Initializer::dialect`], [`Dialect`] |
//! | rules in a file | [`Initializer`] with `serde` |
//! | what each parameter will get, before any memory is taken | [`Initializer::plan`] |
//! | what each parameter got | [`Initializer::report`] |
//! | fans of grouped and transposed convolutions, stacked gates, any layout | [`Layer`], [`Axes`], [`Fans`] |
//! | the gain of any activation, or of a closure | [`gain`](fn@gain), [`backward_gain`], [`Activation`] |
//! | PyTorch's and candle's table of gains | [`NonLinearity`] |
//! | how deep a net can be and still be trained | [`MeanField`] |
//! | one tensor, no model | [`Initializer::tensor`] |
//! | a shard of one, by element index | [`elements`] |
//! | variables in an order that does not change from run to run | [`named_vars`], [`trainable_vars`] |
//! | the random numbers themselves | [`counter_rng`] |

// Of all files one may, device/cuda.rs, and it is not part of a build without CUDA.
#![cfg_attr(not(feature = "cuda"), forbid(unsafe_code))]

mod activation;
mod axes;
mod backend;
mod constant;
pub mod depth;
mod device;
mod dialect;
mod error;
mod fans;
mod function;
mod gain;
mod haar;
pub mod init;
mod initializer;
mod kronrod;
mod layout;
mod matrix;
mod mean_field;
mod modifier;
mod nearest;
mod orthogonal;
mod part;
mod pattern;
mod plan;
mod policy;
mod quadrature;
mod recipe;
mod record;
mod report;
mod roots;
mod rule;
mod serial;
mod source;
mod step;
mod stft;
mod table;
mod target;
mod tensor;
mod text;
mod uncovered;
mod variance_scaling;
mod vars;

pub use counter_rng;
pub use counter_rng::Law;

pub use activation::Activation;
pub use axes::{Axes, Axis};
pub use device::elements;
#[doc(hidden)]
pub use device::refill;
pub use dialect::Dialect;
pub use error::{Error, Result};
pub use fans::{Fans, Layer};
pub use function::ScalarFunction;
pub use gain::{NonLinearity, backward_gain, backward_gain_estimate, gain, gain_estimate};
pub use init::{Cut, Init};
pub use initializer::Initializer;
pub use kronrod::Estimate;
pub use matrix::{Centre, Matrix};
pub use mean_field::{MeanField, critical, relu_spread};
#[doc(hidden)]
pub use orthogonal::{Scalar, defect, orthonormal};
pub use plan::Plan;
pub use policy::Why;
pub use quadrature::{expectation, second_moment, slope_moment};
pub use record::Record;
pub use report::{Entry, Report};
pub use rule::Rule;
pub use stft::{Scaling, Side, Stft, Window};
pub use text::NAMED;
pub use uncovered::Uncovered;
pub use variance_scaling::{Distribution, Fan, STD_CUT_AT_TWO_SIGMAS, VarianceScaling};
pub use vars::{named_vars, trainable_vars};
