//! From (seed, name, purpose) to the keys of a stream.

use sha2::{Digest, Sha256};

/// What the words of a name are for: one name owns several independent streams.
///
/// Because each purpose has words of its own, a distribution that needs a permutation or a helper matrix never
/// disturbs the values drawn under the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Purpose {
    /// The values themselves.
    Values = 0,
    /// Permutations, as sparse weights need them.
    Permutation = 1,
    /// Auxiliary matrices, such as the Gaussian input of an orthogonal matrix.
    Auxiliary = 2,
}

/// What addresses a sequence of words: 64 bits of Philox key and 64 bits of counter tweak.
///
/// `SHA-256("counter-rng/v1" ‖ purpose: u8 ‖ seed: u64 LE ‖ name: UTF-8)`, read as little-endian
/// `u32`: words 0 and 1 are the key, words 2 and 3 the tweak; words 4 to 7 are those of the low halves that `f64` reads.
/// The name comes last and everything before it has a fixed length, so no two inputs share their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(crate) key: [u32; 2],
    pub(crate) tweak: [u32; 2],
}

/// The two keys of a stream: of its words, and of the low halves that only `f64` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keys {
    pub(crate) high: Key,
    pub(crate) low: Key,
}

impl Keys {
    /// Both halves of one digest, so that a stream is hashed once.
    pub(crate) fn new(seed: u64, name: &str, purpose: Purpose) -> Self {
        let digest = Sha256::new()
            .chain_update(b"counter-rng/v1")
            .chain_update([purpose as u8])
            .chain_update(seed.to_le_bytes())
            .chain_update(name.as_bytes())
            .finalize();
        let word = |i: usize| {
            u32::from_le_bytes([digest[4 * i], digest[4 * i + 1], digest[4 * i + 2], digest[4 * i + 3]])
        };
        let half = |i: usize| Key { key: [word(i), word(i + 1)], tweak: [word(i + 2), word(i + 3)] };
        Self { high: half(0), low: half(4) }
    }
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
        Keys::new(seed, name, purpose).high
    }
}
