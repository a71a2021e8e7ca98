//! Which word of the stream belongs to which element.

use crate::{Key, block};

/// The word of element `i`, the row-major index in the whole tensor.
///
/// Elements come in tiles of 64: 16 blocks of four words, block after block along the lanes. So element
/// `i = 64·tile + 16·j + lane` takes word `j` of block `16·tile + lane`.
#[must_use]
pub fn word(seed: u64, name: &str, purpose: u8, i: u64) -> u32 {
    Key::new(seed, name, purpose).word(i)
}

/// The 64-bit word that an `f64` takes: [`word`] above the word that the other half of the digest gives.
#[must_use]
pub fn long_word(seed: u64, name: &str, purpose: u8, i: u64) -> u64 {
    let [high, low] = Key::pair(seed, name, purpose).map(|key| u64::from(key.word(i)));
    high << 32 | low
}

impl Key {
    /// [`word`] of a key at hand: block `b` is Philox4x32-10 at counter `[b low, b high, tweak 0, tweak 1]`.
    #[must_use]
    pub fn word(&self, i: u64) -> u32 {
        let (tile, j, lane) = (i / 64, i % 64 / 16, i % 16);
        let b = 16 * tile + lane;
        let counter = [b as u32, (b >> 32) as u32, self.tweak[0], self.tweak[1]];
        block(counter, self.key, 10)[j as usize]
    }
}
