#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want | look at |
//! |---|---|
//! | a model with seeded weights | [`Initializer`] |
//! | Glorot, He, LeCun, orthogonal, identity, normal, uniform, truncated, constant | [`init`](mod@init), [`Init`] |
//! | a gain, a mask, a padding row, one initializer a block | [`Rule`] |
//! | factors for deep residual nets | [`depth`] |
//! | a rule for some parameters, or an initializer of your own | [`Initializer::rule`], [`Rule::custom`] |
//! | the defaults of PyTorch, Keras or Flax | [`Initializer::defaults`], [`Framework`] |
//! | the start that a family of models has in transformers, timm or diffusers | [`Recipe`] |
//! | rules in a file | [`Initializer`] with `serde` |
//! | a checkpoint, and rules for what it lacks | [`Initializer::load`], [`Checkpoint`], [`Initializer::grow`] |
//! | frozen parameters, and what an optimizer gets | [`Initializer::frozen`], [`Initializer::trainable`] |
//! | several models of one seed, tied names | [`Initializer::scope`], [`Initializer::tie`] |
//! | what each parameter will get, before any memory is taken | [`Initializer::plan`] |
//! | what each parameter got | [`Initializer::report`] |
//! | fans of grouped and transposed convolutions, stacked gates, any layout | [`Layer`], [`Axes`], [`Fans`] |
//! | the gain of any activation, or of a closure | [`gain`](fn@gain), [`backward_gain`], [`Activation`] |
//! | PyTorch's table of gains | [`activation::pytorch_gain`] |
//! | how deep a net can be and still be trained | [`activation::MeanField`] |
//! | dropout, noise and orders that are seeded too | [`Noise`], [`Dropout`] |
//! | norms, softmax and rotary embeddings of candle with a gradient | [`differentiable`] |
//! | one tensor, no model | [`Initializer::tensor`] |
//! | a shard of one, any region of it | [`Initializer::lazy`], [`Lazy`] |
//! | a plan of names and shapes, without a model | [`Initializer::plan_of`] |
//! | a range of a distribution's elements | [`elements`] |
//! | variables in an order that does not change from run to run | [`named_vars`], [`trainable_vars`] |
//! | the random numbers themselves | [`counter_rng`] |

// Of all files one may, device/cuda.rs, and it is not part of a build without CUDA.
#![cfg_attr(not(feature = "cuda"), forbid(unsafe_code))]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails by panicking says where"))]

pub mod activation;
pub mod differentiable;
mod draw;
mod element_count;
mod error;
mod initializers;
mod layer;
mod listed;
mod model;
mod nearest;
mod noise;
mod number;
mod orthogonal;
mod policy;
pub mod prelude;
mod recipe;
mod refusal;
mod rule;
mod said;
mod text;
mod uncovered;
mod widen;

pub use counter_rng;
pub use counter_rng::Distribution;
#[doc(hidden)]
pub use counter_rng::product::Scalar;

pub use candle_init_checkpoint::{self as checkpoint, Checkpoint};

pub use activation::{Activation, backward_gain, gain};
pub use draw::device::elements;
#[doc(hidden)]
pub use draw::device::refill;
pub use draw::{Lazy, Moments};
pub use error::{Error, Result};
pub use initializers::{
    Cut, Family, Fan, Init, Matrix, NAMED, Order, STD_CUT_AT_TWO_SIGMAS, Scaling, Side, Sinusoids, Stft,
    VarianceScaling, Window, depth,
};
pub use layer::{Axes, Axis, Centre, Fans, Layer};
pub use model::{Initializer, Plan, Record, Report, named_vars, trainable_vars};
#[doc(hidden)]
pub use model::{fitted_table, folded_rows};
pub use noise::{Dropout, Noise};
#[doc(hidden)]
pub use orthogonal::{orthogonality_error, orthonormal, orthonormal_with};
pub use policy::{Framework, Growth, Reason};
pub use recipe::Recipe;
#[doc(hidden)]
pub use recipe::too_deep;
pub use refusal::Refusal;
pub use rule::Rule;
pub use uncovered::Uncovered;

/// The initializers by name, and those that take numbers: `init::HE_NORMAL`, `init::normal(0.0, 0.02)`.
pub mod init {
    pub use crate::initializers::Init;
    pub use crate::initializers::named::*;
    pub use crate::initializers::paper::*;
    pub use crate::rule::paper::*;
}
