//! The random numbers of training: noise, masks and orders, each a function of seed, name and step.

mod dropout;
mod permutation;
mod source;

pub use dropout::Dropout;
pub use source::Noise;
