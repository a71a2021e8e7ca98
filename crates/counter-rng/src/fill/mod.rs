//! From a distribution and a range to values in memory.

mod bounds;
mod constant;
mod constants;
mod element;
mod sampler;
mod spread;
mod threads;
mod tile;
mod tiles;
mod words;

pub(crate) use constant::zeroed;
pub use constants::Constants;
pub use element::Element;
