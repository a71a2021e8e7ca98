//! From (seed, name, purpose) to the key of a stream.

use sha2::{Digest, Sha256};

/// Which words of a name are wanted: one name owns several independent streams.
///
/// Separate purposes mean that a distribution which needs a permutation or a helper matrix never
/// disturbs the values drawn under the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Purpose {
    /// The values themselves (high words of `f64`).
    Values = 0,
    /// The low words of `f64` values.
    LowWords = 1,
    /// Permutations, as sparse distributions need them.
    Permutation = 2,
    /// Auxiliary matrices, such as the Gaussian input of an orthogonal distribution.
    Auxiliary = 3,
}

/// What addresses a stream: 64 bits of Philox key and 64 bits of counter tweak.
///
/// `SHA-256("candle-init/v1" ‖ purpose: u8 ‖ seed: u64 LE ‖ name: UTF-8)`, read as little-endian
/// `u32`: words 0 and 1 are the key, words 2 and 3 the tweak. The name comes last and everything
/// before it has a fixed length, so no two inputs run into the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(crate) key: [u32; 2],
    pub(crate) tweak: [u32; 2],
}

impl Key {
    /// Derives the key of `name` under `seed` for one purpose.
    ///
    /// ```
    /// use counter_rng::{Key, Purpose};
    /// let weight = Key::new(42, "fc1.weight", Purpose::Values);
    /// assert_ne!(weight, Key::new(42, "fc2.weight", Purpose::Values));
    /// assert_ne!(weight, Key::new(43, "fc1.weight", Purpose::Values));
    /// ```
    #[must_use]
    pub fn new(seed: u64, name: &str, purpose: Purpose) -> Self {
        let digest = Sha256::new()
            .chain_update(b"candle-init/v1")
            .chain_update([purpose as u8])
            .chain_update(seed.to_le_bytes())
            .chain_update(name.as_bytes())
            .finalize();
        let word = |i: usize| {
            u32::from_le_bytes([digest[4 * i], digest[4 * i + 1], digest[4 * i + 2], digest[4 * i + 3]])
        };
        Self { key: [word(0), word(1)], tweak: [word(2), word(3)] }
    }
}
