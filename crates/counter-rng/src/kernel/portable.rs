//! The lanes as arrays: what the compiler's target has.

use super::simd::Simd;
use super::{Job, lanewise};
use crate::key::Key;
use crate::philox::{LANES, Lanes, tile_words};

/// Arrays of sixteen, right everywhere.
#[derive(Clone, Copy)]
pub(super) struct Portable;

pub(super) fn run<J: Job>(job: J) {
    job.run(Portable);
}

impl Simd for Portable {
    const TILES: usize = 1;
    const WIDE: bool = false;

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
        fma(a: Lanes<f32>, b: Lanes<f32>, c: Lanes<f32>) -> Lanes<f32>: 0.0 => |l| a[l].mul_add(b[l], c[l]);
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
