//! Philox4x32-10 over registers of 64-bit lanes, for instruction sets whose widening multiplication takes such lanes.

use crate::key::{Key, MULTIPLIER, widening_mul};

/// A register of 64-bit lanes with one block's word in the lower half of each and anything above: a multiplication
/// does not look there, so that neither half of a product is ever moved into place.
pub(super) trait Multiplier: Copy {
    type Register: Copy;

    /// The same word in every lower half.
    fn same(self, word: u32) -> Self::Register;
    /// `lower half of a · by`, 64 bits.
    fn product(self, a: Self::Register, by: u32) -> Self::Register;
    /// `a ^ b`.
    fn xor(self, a: Self::Register, b: Self::Register) -> Self::Register;
    /// `upper half of product ^ a ^ b` in the lower halves.
    fn mix(self, product: Self::Register, a: Self::Register, b: Self::Register) -> Self::Register;
}

/// The four words of the blocks of one register.
type Block<R> = [R; 4];

/// Rounds 0 and 1. Only the first word of the counter differs between the blocks, `high` is its second, so that half
/// of each round is one block's work.
#[inline(always)]
fn first_rounds<M: Multiplier>(m: M, key: &Key, high: u32, counter: M::Register) -> Block<M::Register> {
    let (k0, k1) = (key.of_round(0), key.of_round(1));
    let (upper, c1) = widening_mul(MULTIPLIER[1], key.tweak[0]);
    let c0 = upper ^ high ^ k0[0];
    let c3 = m.product(counter, MULTIPLIER[0]);
    let c2 = m.mix(c3, m.same(key.tweak[1] ^ k0[1]), m.same(0));

    let p1 = m.product(c2, MULTIPLIER[1]);
    let (upper, low) = widening_mul(MULTIPLIER[0], c0);
    let c2 = m.xor(c3, m.same(upper ^ k1[1]));
    [m.mix(p1, m.same(c1 ^ k1[0]), m.same(0)), p1, c2, m.same(low)]
}

/// One round of every register: what one waits for, another fills.
#[inline(always)]
fn rounds<M: Multiplier, const N: usize>(m: M, blocks: &mut [[Block<M::Register>; 2]; N], key: [u32; 2]) {
    let key = [m.same(key[0]), m.same(key[1])];
    for pair in blocks {
        for c in pair {
            let (p0, p1) = (m.product(c[0], MULTIPLIER[0]), m.product(c[2], MULTIPLIER[1]));
            *c = [m.mix(p1, c[1], key[0]), p1, m.mix(p0, c[3], key[1]), p0];
        }
    }
}

/// The blocks whose counters begin with these words, in the lower halves, and go on with `high`.
#[inline(always)]
pub(super) fn blocks<M: Multiplier, const N: usize>(
    m: M,
    key: &Key,
    high: u32,
    counters: [[M::Register; 2]; N],
) -> [[Block<M::Register>; 2]; N] {
    let mut blocks = [[[m.same(0); 4]; 2]; N];
    for i in 0..N {
        for parity in 0..2 {
            blocks[i][parity] = first_rounds(m, key, high, counters[i][parity]);
        }
    }
    // Written out, since the compiler leaves a loop of eight with its keys in memory.
    rounds(m, &mut blocks, key.of_round(2));
    rounds(m, &mut blocks, key.of_round(3));
    rounds(m, &mut blocks, key.of_round(4));
    rounds(m, &mut blocks, key.of_round(5));
    rounds(m, &mut blocks, key.of_round(6));
    rounds(m, &mut blocks, key.of_round(7));
    rounds(m, &mut blocks, key.of_round(8));
    rounds(m, &mut blocks, key.of_round(9));
    blocks
}
