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
//! | the defaults of PyTorch, Keras or Flax | [`Initializer::framework`], [`Framework`] |
//! | rules in a file | [`Initializer`] with `serde` |
//! | what each parameter will get, before any memory is taken | [`Initializer::plan`] |
//! | what each parameter got | [`Initializer::report`] |
//! | fans of grouped and transposed convolutions, stacked gates, any layout | [`Layer`], [`Axes`], [`Fans`] |
//! | the gain of any activation, or of a closure | [`gain`](fn@gain), [`backward_gain`], [`Activation`] |
//! | PyTorch's table of gains | [`pytorch_gain`](activation::pytorch_gain) |
//! | how deep a net can be and still be trained | [`MeanField`](activation::MeanField) |
//! | one tensor, no model | [`Initializer::tensor`] |
//! | a shard of one, by element index | [`elements`] |
//! | variables in an order that does not change from run to run | [`named_vars`], [`trainable_vars`] |
//! | the random numbers themselves | [`counter_rng`] |

// Of all files one may, device/cuda.rs, and it is not part of a build without CUDA.
#![cfg_attr(not(feature = "cuda"), forbid(unsafe_code))]

pub mod activation;
mod draw;
mod error;
pub mod init;
pub mod layer;
mod model;
mod nearest;
mod orthogonal;
mod policy;
mod rule;
mod text;

pub use counter_rng;
pub use counter_rng::Distribution;

pub use activation::{Activation, backward_gain, gain};
pub use draw::device::elements;
#[doc(hidden)]
pub use draw::device::refill;
pub use error::{Error, Result};
pub use init::{
    Centre, Cut, Family, Fan, Init, Matrix, NAMED, STD_CUT_AT_TWO_SIGMAS, Scaling, Side, Stft,
    VarianceScaling, Window, depth,
};
pub use layer::{Axes, Axis, Fans, Layer};
pub use model::{Entry, Initializer, Plan, Record, Report, named_vars, trainable_vars};
#[doc(hidden)]
pub use orthogonal::{Scalar, defect, orthonormal};
pub use policy::Framework;
pub use policy::Reason;
pub use policy::uncovered::Uncovered;
pub use rule::Rule;
