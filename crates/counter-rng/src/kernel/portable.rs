//! The lanes as arrays: what the compiler's target has.

use super::job::Job;
use super::macros::lanewise;
use super::simd::Simd;
use crate::key::{Key, LANES, Lanes, tile_words};

/// Arrays of sixteen, right everywhere.
#[derive(Clone, Copy)]
pub(super) struct Portable;

pub(super) fn run<J: Job>(job: J) {
    job.run(Portable);
}

/// `a·b + c` with one rounding.
///
/// Where the target has no instruction for it, the library's call takes as long as thirty multiplications, so it is
/// done in binary64: the product is exact there, and the sum is rounded to odd, that is, an inexact one gets an odd
/// last bit. A second rounding is then right, because binary64 has more than two digits more (Boldo and Melquiond,
/// "Emulation of a FMA and correctly rounded sums", IEEE Trans. Computers 57, 2008, theorem 1).
#[inline(always)]
fn fused(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
        return a.mul_add(b, c);
    }
    let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + c;
    // What the sum lost, exactly (Knuth's TwoSum); NaN where there is an infinity, which is left alone.
    let back = sum - product;
    let lost = (product - (sum - back)) + (c - back);
    let bits = sum.to_bits();
    // An even and inexact one goes one step towards the exact sum: up in its bits for a loss of its own sign.
    let step = u64::from((lost < 0.0) | (lost > 0.0)) & !bits;
    let down = (lost.to_bits() ^ bits) >> 63;
    let odd = bits.wrapping_add(step).wrapping_sub(2 * (step & down));
    f64::from_bits(odd) as f32
}

impl Simd for Portable {
    const TILES: usize = 1;
    const WIDE: bool = false;
    const APART: bool = true;

    type Words = Lanes<u32>;
    type Floats = Lanes<f32>;
    type Doubles = Lanes<f64>;
    type Mask = Lanes<bool>;

    #[inline(always)]
    fn tiles<const N: usize>(self, key: &Key, first: u64) -> [[Lanes<u32>; 4]; N] {
        let mut tiles = [[[0; LANES]; 4]; N];
        for i in 0..N {
            tiles[i] = tile_words(key, first + i as u64);
        }
        tiles
    }

    lanewise! {
        load(words: &Lanes<u32>) -> Lanes<u32>: 0 => |l| words[l];
        word(word: u32) -> Lanes<u32>: 0 => |_l| word;
        and(a: Lanes<u32>, b: Lanes<u32>) -> Lanes<u32>: 0 => |l| a[l] & b[l];
        or(a: Lanes<u32>, b: Lanes<u32>) -> Lanes<u32>: 0 => |l| a[l] | b[l];
        xor(a: Lanes<u32>, b: Lanes<u32>) -> Lanes<u32>: 0 => |l| a[l] ^ b[l];
        plus(a: Lanes<u32>, b: Lanes<u32>) -> Lanes<u32>: 0 => |l| a[l].wrapping_add(b[l]);
        minus(a: Lanes<u32>, b: Lanes<u32>) -> Lanes<u32>: 0 => |l| a[l].wrapping_sub(b[l]);
        shift(a: Lanes<u32>, by: u32) -> Lanes<u32>: 0 => |l| a[l] >> by;
        signed_shift(a: Lanes<u32>, by: u32) -> Lanes<u32>: 0 => |l| (a[l].cast_signed() >> by).cast_unsigned();
        smaller(a: Lanes<u32>, b: Lanes<u32>) -> Lanes<u32>: 0 => |l| a[l].min(b[l]);
        signed_less(a: Lanes<u32>, b: Lanes<u32>) -> Lanes<bool>: false => |l| a[l].cast_signed() < b[l].cast_signed();
        choose_word(mask: Lanes<bool>, a: Lanes<u32>, b: Lanes<u32>) -> Lanes<u32>: 0 => |l| if mask[l] { a[l] } else { b[l] };
        float(value: f32) -> Lanes<f32>: 0.0 => |_l| value;
        to_floats(a: Lanes<u32>) -> Lanes<f32>: 0.0 => |l| a[l].cast_signed() as f32;
        bits(a: Lanes<f32>) -> Lanes<u32>: 0 => |l| a[l].to_bits();
        of_bits(a: Lanes<u32>) -> Lanes<f32>: 0.0 => |l| f32::from_bits(a[l]);
        add(a: Lanes<f32>, b: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| a[l] + b[l];
        sub(a: Lanes<f32>, b: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| a[l] - b[l];
        mul(a: Lanes<f32>, b: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| a[l] * b[l];
        fma(a: Lanes<f32>, b: Lanes<f32>, c: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| fused(a[l], b[l], c[l]);
        max(a: Lanes<f32>, b: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| if a[l] > b[l] { a[l] } else { b[l] };
        min(a: Lanes<f32>, b: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| if a[l] < b[l] { a[l] } else { b[l] };
        less(a: Lanes<f32>, b: Lanes<f32>) -> Lanes<bool>: false => |l| a[l] < b[l];
        choose(mask: Lanes<bool>, a: Lanes<f32>, b: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| if mask[l] { a[l] } else { b[l] };
        double(value: f64) -> Lanes<f64>: 0.0 => |_l| value;
        to_doubles(a: Lanes<u32>) -> Lanes<f64>: 0.0 => |l| f64::from(a[l].cast_signed());
        negate(a: Lanes<f64>, word: Lanes<u32>) -> Lanes<f64>: 0.0 => |l| if word[l] >> 31 == 1 { -a[l] } else { a[l] };
        add_doubles(a: Lanes<f64>, b: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| a[l] + b[l];
        sub_doubles(a: Lanes<f64>, b: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| a[l] - b[l];
        mul_doubles(a: Lanes<f64>, b: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| a[l] * b[l];
        div_doubles(a: Lanes<f64>, b: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| a[l] / b[l];
        fma_doubles(a: Lanes<f64>, b: Lanes<f64>, c: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| a[l].mul_add(b[l], c[l]);
        max_doubles(a: Lanes<f64>, b: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| if a[l] > b[l] { a[l] } else { b[l] };
        min_doubles(a: Lanes<f64>, b: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| if a[l] < b[l] { a[l] } else { b[l] };
        choose_negative(number: Lanes<f64>, a: Lanes<f64>, b: Lanes<f64>) -> Lanes<f64>: 0.0 => |l| if number[l] < 0.0 { a[l] } else { b[l] };
        load_doubles(from: &Lanes<f64>) -> Lanes<f64>: 0.0 => |l| from[l];
    }

    #[inline(always)]
    fn any(self, mask: Lanes<bool>) -> bool {
        mask != [false; LANES]
    }

    #[inline(always)]
    fn store(self, a: Lanes<f32>, out: &mut Lanes<f32>) {
        *out = a;
    }

    #[inline(always)]
    fn store_doubles(self, a: Lanes<f64>, out: &mut Lanes<f64>) {
        *out = a;
    }

    #[inline(always)]
    fn store_binary16(self, a: Lanes<f32>, out: &mut Lanes<u16>) {
        for l in 0..LANES {
            out[l] = half::f16::from_f32(a[l]).to_bits();
        }
    }

    #[inline(always)]
    fn store_halves(self, a: Lanes<u32>, out: &mut Lanes<u16>) {
        for l in 0..LANES {
            out[l] = a[l] as u16;
        }
    }

    #[inline(always)]
    fn store_bytes(self, a: Lanes<u32>, out: &mut Lanes<u8>) {
        for l in 0..LANES {
            out[l] = a[l] as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Purpose;

    /// `±2^exponent·(1 + steps·2⁻²³)`.
    fn number(sign: u32, exponent: i32, steps: i32) -> f32 {
        let one = f32::from_bits((127 + exponent).cast_unsigned() << 23);
        f32::from_bits(one.to_bits().wrapping_add_signed(steps) | sign << 31)
    }

    fn same(a: f32, b: f32, c: f32) {
        let (got, expected) = (fused(a, b, c), a.mul_add(b, c));
        let same = got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan();
        assert!(same, "{a:e} · {b:e} + {c:e}: {got:e}, not {expected:e}");
    }

    /// The library's own is correctly rounded. A product next to half a step of the other term is what two roundings
    /// get wrong.
    #[test]
    fn fused_is_the_library_s_next_to_ties() {
        // Below a power of two a step is half of one above: 511 up and 1022 down bring the sum next to the tie by
        // a little less than the last bit of binary64, 513 and 1026 by a little more.
        const STEPS: [i32; 15] = [-1026, -1024, -1022, -4, -3, -2, -1, 0, 1, 2, 3, 4, 511, 512, 513];
        let stride = if cfg!(miri) { 7 } else { 1 };
        for i in STEPS.into_iter().step_by(stride) {
            for j in STEPS.into_iter().step_by(stride) {
                for signs in 0..4 {
                    for exponent in [-3, 0, 11] {
                        let (a, b) = (number(signs & 1, exponent, i), number(0, -12, j));
                        for shift in 22..27 {
                            for steps in [0, 1, 2, 0x1234, 0x7f_ffff] {
                                same(a, b, number(signs >> 1, exponent - 12 + shift, steps));
                            }
                        }
                    }
                }
            }
        }
    }

    /// A product halfway between two floats, and a term far too small for the sum to hold, which decides.
    #[test]
    fn fused_is_the_library_s_where_a_trifle_decides() {
        for steps in [1, 3, 0x7f_fffd] {
            // (1 + steps·2⁻²³)·1.5: the last bit is half a step.
            let tie = number(0, 0, steps);
            for (a, b) in [(tie, 1.5), (-tie, 1.5), (1.5, -tie)] {
                for exponent in [-120, -60, -40] {
                    same(a, b, number(0, exponent, 0));
                    same(a, b, number(1, exponent, 0));
                }
            }
        }
    }

    /// Any bits at all: cancellation, subnormal results, infinities.
    #[test]
    fn fused_is_the_library_s_anywhere() {
        let key = Key::new(1, "fused", Purpose::Values);
        let mut words = (0..).flat_map(|tile| tile_words(&key, tile).into_iter().flatten());
        let mut random = || f32::from_bits(words.next().unwrap_or(0));
        for i in 0..if cfg!(miri) { 300 } else { 1_000_000 } {
            let (a, b) = (random(), random());
            let near = f32::from_bits((-a * b).to_bits().wrapping_add(i % 9).wrapping_sub(4));
            for c in [random(), near, -near, f32::from_bits(i % 5), 0.0, f32::INFINITY] {
                same(a, b, c);
            }
        }
    }
}
