//! From (seed, name, purpose) to words: the key, and the generator that it drives.

mod hash;
mod philox;

pub(crate) use hash::Keys;
pub use hash::{Key, Purpose};
pub(crate) use philox::{LANES, Lanes, TILE, tile_words};
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) use philox::{MULTIPLIER, widening_mul};
