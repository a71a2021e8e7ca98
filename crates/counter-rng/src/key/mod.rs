//! From (seed, name, purpose) to words: the key, and the generator that it drives.

mod hash;
mod philox;

pub(crate) use hash::Keys;
pub use hash::{Key, Purpose};
pub(crate) use philox::{LANES, Lanes, MULTIPLIER, TILE, tile_words, widening_mul};
