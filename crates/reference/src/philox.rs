//! Philox4x32, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
//! easy as 1, 2, 3", SC'11 (2011), doi:10.1145/2063384.2063405.

/// The two multipliers of a round.
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];

/// The Weyl increments of the key: the golden ratio less 1 and √3 less 1 as 32-bit fractions.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Four random words: the bijection of `counter` under `key` after `rounds` rounds; the stream uses 10.
#[must_use]
pub fn block(counter: [u32; 4], key: [u32; 2], rounds: u32) -> [u32; 4] {
    (0..rounds).fold(counter, |c, r| {
        let k = |i: usize| key[i].wrapping_add(WEYL[i].wrapping_mul(r));
        round(c, [k(0), k(1)])
    })
}

/// One round: words 0 and 2 are multiplied. Each low half takes an odd place; each high half, with the key
/// and an odd word added bit by bit, takes an even one; the two products trade sides.
fn round([x0, x1, x2, x3]: [u32; 4], [k0, k1]: [u32; 2]) -> [u32; 4] {
    let (hi0, lo0) = multiply(MULTIPLIERS[0], x0);
    let (hi1, lo1) = multiply(MULTIPLIERS[1], x2);
    [hi1 ^ x1 ^ k0, lo1, hi0 ^ x3 ^ k1, lo0]
}

/// The high and the low word of the 64-bit product.
fn multiply(a: u32, b: u32) -> (u32, u32) {
    let product = u64::from(a) * u64::from(b);
    ((product >> 32) as u32, product as u32)
}
