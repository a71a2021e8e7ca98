//! From (seed, name, purpose) to the key of a stream.

use sha2::{Digest, Sha256};

/// What tells one stream from another: the key of Philox, and the upper half of all its counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Words 0 and 1 of the digest.
    pub key: [u32; 2],
    /// Words 2 and 3 of the digest.
    pub tweak: [u32; 2],
}

impl Key {
    /// The key of the words, and that of the lower halves of 64-bit words: the two halves of
    /// `SHA-256("counter-rng/v1" ‖ purpose ‖ seed ‖ name)`, cut into little-endian words; `seed` as eight
    /// bytes, little-endian, `name` as UTF-8 (FIPS 180-4, 2015). Purposes: 0 values, 1 permutations, 2 auxiliary
    /// matrices.
    #[must_use]
    pub fn pair(seed: u64, name: &str, purpose: u8) -> [Self; 2] {
        let digest = Sha256::new()
            .chain_update(b"counter-rng/v1")
            .chain_update([purpose])
            .chain_update(seed.to_le_bytes())
            .chain_update(name)
            .finalize();
        let word = |i: usize| u32::from_le_bytes([digest[i], digest[i + 1], digest[i + 2], digest[i + 3]]);
        [0, 16].map(|i| Self { key: [word(i), word(i + 4)], tweak: [word(i + 8), word(i + 12)] })
    }

    /// The first of the [`pair`](Self::pair).
    #[must_use]
    pub fn new(seed: u64, name: &str, purpose: u8) -> Self {
        Self::pair(seed, name, purpose)[0]
    }
}
