//! Activations: their gains, and the mean-field theory of nets that use them.
//!
//! All of it takes an [`Activation`], candle's own, or a closure.

mod budget;
mod error;
mod examined;
mod function;
mod gain;
mod kink;
mod mean_field;
mod moment;
mod named;
mod pair;
mod panel;
mod pieces;
mod pytorch;
mod roots;
mod slope;
mod text;

pub use error::{Error, Result};
pub use function::ScalarFunction;
pub use gain::{backward_gain, backward_gain_estimate, gain, gain_estimate};
pub use mean_field::{MeanField, critical, relu_spread};
pub use moment::{Estimate, expectation, second_moment, slope_moment};
pub use named::Activation;
pub use pytorch::pytorch_gain;
