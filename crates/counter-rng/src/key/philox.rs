//! Philox4x32-10, sixteen blocks at a time.
//!
//! J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as
//! 1, 2, 3", SC'11, doi:10.1145/2063384.2063405. It is the generator of cuRAND, of PyTorch on
//! CUDA and of TensorFlow, and must pass the authors' known-answer vectors.

use crate::key::hash::Key;

/// Blocks that are computed side by side; fixed by the contract, whatever the register width.
pub(crate) const LANES: usize = 16;
/// Elements of one tile: four words from each of sixteen blocks.
pub(crate) const TILE: usize = 4 * LANES;

/// One value per lane.
pub(crate) type Lanes<T> = [T; LANES];

const ROUNDS: usize = 10;
/// Multipliers of the two halves of a block.
pub(crate) const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What the key grows by from round to round: the golden ratio and √3 − 1, as 32-bit fractions.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

#[inline(always)]
pub(crate) fn widening_mul(a: u32, b: u32) -> (u32, u32) {
    let product = u64::from(a) * u64::from(b);
    ((product >> 32) as u32, product as u32)
}

#[inline(always)]
fn round(c: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (high0, low0) = widening_mul(MULTIPLIER[0], c[0]);
    let (high1, low1) = widening_mul(MULTIPLIER[1], c[2]);
    [high1 ^ c[1] ^ key[0], low1, high0 ^ c[3] ^ key[1], low0]
}

/// One block of `rounds` rounds.
#[inline(always)]
fn block(mut counter: [u32; 4], mut key: [u32; 2], rounds: usize) -> [u32; 4] {
    for _ in 0..rounds {
        counter = round(counter, key);
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

impl Key {
    /// The key of round `round`, counted from zero.
    #[inline(always)]
    pub(crate) fn of_round(&self, round: usize) -> [u32; 2] {
        let grown = |i: usize| self.key[i].wrapping_add(WEYL[i].wrapping_mul(round as u32));
        [grown(0), grown(1)]
    }

    /// The key of each of the ten rounds of Philox, for whoever computes the words elsewhere.
    #[must_use]
    pub fn round_keys(&self) -> [[u32; 2]; ROUNDS] {
        std::array::from_fn(|round| self.of_round(round))
    }

    /// The last two words of the counter of every block.
    #[must_use]
    pub fn tweak(&self) -> [u32; 2] {
        self.tweak
    }
}

/// The 64 words of one tile: word `j` of block `16·tile + lane` is element `64·tile + 16·j + lane`.
///
/// The loop runs over lanes and holds all rounds: that is the shape the loop vectoriser takes, whatever
/// is done with the words afterwards.
#[inline(always)]
pub(crate) fn tile_words(key: &Key, tile: u64) -> [Lanes<u32>; 4] {
    let first = tile.wrapping_mul(LANES as u64);
    let mut words = [[0; LANES]; 4];
    for l in 0..LANES {
        // A multiple of 16 plus a lane never carries into the high half.
        let counter = [first as u32 + l as u32, (first >> 32) as u32, key.tweak[0], key.tweak[1]];
        let block = block(counter, key.key, ROUNDS);
        for j in 0..4 {
            words[j][l] = block[j];
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounds, counter, key, answer.
    type Row = (usize, [u32; 4], [u32; 2], [u32; 4]);

    /// `tests/kat_vectors` of Random123, the authors' own library.
    const KNOWN_ANSWERS: [Row; 6] = [
        (7, [0; 4], [0; 2], [0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48]),
        (7, [!0; 4], [!0; 2], [0x5207_ddc2, 0x4516_5e59, 0x4d8e_e751, 0x8c52_f662]),
        (7, PI, PI_KEY, [0x4dfc_caba, 0x190a_87f0, 0xc473_62ba, 0xb6b5_242a]),
        (10, [0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        (10, [!0; 4], [!0; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        (10, PI, PI_KEY, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ];
    const PI: [u32; 4] = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
    const PI_KEY: [u32; 2] = [0xa409_3822, 0x299f_31d0];

    #[test]
    fn known_answers_of_the_authors() {
        for (rounds, counter, key, answer) in KNOWN_ANSWERS {
            assert_eq!(block(counter, key, rounds), answer, "{rounds} rounds of {counter:08x?}");
        }
    }
}
