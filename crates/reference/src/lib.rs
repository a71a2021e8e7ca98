//! The oracle of the workspace: what each promise means, in plain `f64`, from the papers.
//!
//! A second derivation, kept slow and short so that it can be read as the specification of the stream,
//! version 1. It shares no code with the crates that it judges, and only tests depend on it.
//!
//! Read it in the order of the data: [`Key`] names a stream, [`block`] turns a key and a counter into words,
//! [`word()`] says which word belongs to which element, [`value`] makes it a number through
//! [`upper_quantile`] and [`gauss`]. Beside that, [`fans()`] and [`Scaling`] choose a [`Distribution`], whose moments
//! are stated in closed form, [`depth`] says what becomes of a signal, and [`stats`] when a sample is refused.
//!
//! What goes over millions of values for the suites is here too, as they are built without optimisation, and this is not.

pub mod depth;
mod distribution;
mod fans;
pub mod gauss;
mod key;
pub mod matrix;
mod philox;
mod quantile;
mod scaling;
pub mod stats;
pub mod value;
mod word;

pub use distribution::Distribution;
pub use fans::{Fans, Layer, fans};
pub use key::Key;
pub use philox::block;
pub use quantile::upper_quantile;
pub use scaling::{Fan, Form, STD_CUT_AT_2, Scaling};
pub use word::{long_word, word};

#[cfg(test)]
mod tests;
