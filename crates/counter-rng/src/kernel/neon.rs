//! NEON of 64-bit Arm: four registers hold sixteen lanes.
//!
//! Every 64-bit Arm processor has it, a fused multiply-add too. The generator is the compiler's own: it makes the
//! widening multiplications and the shuffles that one would write.
#![allow(unsafe_code, reason = "intrinsics that read and write memory")]

use std::arch::aarch64::*;

use super::job::Job;
use super::macros::{each, instructions};
use super::simd::Simd;
use crate::key::{Key, LANES, Lanes, tile_words};

/// NEON, which is always there: the value exists so that this kernel is chosen as the others are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proof(());

impl Proof {
    pub(super) fn new() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }

    pub(super) fn run<J: Job>(self, job: J) {
        job.run(self);
    }
}

/// Four lanes each.
type Words = [uint32x4_t; 4];
type Floats = [float32x4_t; 4];
/// Two lanes each.
type Doubles = [float64x2_t; 8];

impl Simd for Proof {
    const TILES: usize = 1;
    const WIDE: bool = false;
    const APART: bool = false;

    type Words = Words;
    type Floats = Floats;
    type Doubles = Doubles;
    type Mask = Words;

    #[inline(always)]
    fn tiles<const N: usize>(self, key: &Key, first: u64) -> [[Words; 4]; N] {
        let mut tiles = [[self.word(0); 4]; N];
        for i in 0..N {
            let words = tile_words(key, first + i as u64);
            for j in 0..4 {
                tiles[i][j] = self.load(&words[j]);
            }
        }
        tiles
    }

    instructions! {
        load(words: &Lanes<u32>) -> Words = each!(i in 4 => vld1q_u32(words.as_ptr().add(4 * i)));
        word(word: u32) -> Words = [vdupq_n_u32(word); 4];
        and(a: Words, b: Words) -> Words = each!(i in 4 => vandq_u32(a[i], b[i]));
        or(a: Words, b: Words) -> Words = each!(i in 4 => vorrq_u32(a[i], b[i]));
        xor(a: Words, b: Words) -> Words = each!(i in 4 => veorq_u32(a[i], b[i]));
        plus(a: Words, b: Words) -> Words = each!(i in 4 => vaddq_u32(a[i], b[i]));
        minus(a: Words, b: Words) -> Words = each!(i in 4 => vsubq_u32(a[i], b[i]));
        // A shift to the left by a negative number is one to the right.
        shift(a: Words, by: u32) -> Words = each!(i in 4 => vshlq_u32(a[i], vdupq_n_s32(-by.cast_signed())));
        signed_shift(a: Words, by: u32) -> Words = each!(i in 4 => vreinterpretq_u32_s32(
            vshlq_s32(vreinterpretq_s32_u32(a[i]), vdupq_n_s32(-by.cast_signed()))
        ));
        smaller(a: Words, b: Words) -> Words = each!(i in 4 => vminq_u32(a[i], b[i]));
        signed_less(a: Words, b: Words) -> Words =
            each!(i in 4 => vcltq_s32(vreinterpretq_s32_u32(a[i]), vreinterpretq_s32_u32(b[i])));
        choose_word(mask: Words, a: Words, b: Words) -> Words = each!(i in 4 => vbslq_u32(mask[i], a[i], b[i]));
        float(value: f32) -> Floats = [vdupq_n_f32(value); 4];
        to_floats(a: Words) -> Floats = each!(i in 4 => vcvtq_f32_s32(vreinterpretq_s32_u32(a[i])));
        bits(a: Floats) -> Words = each!(i in 4 => vreinterpretq_u32_f32(a[i]));
        of_bits(a: Words) -> Floats = each!(i in 4 => vreinterpretq_f32_u32(a[i]));
        add(a: Floats, b: Floats) -> Floats = each!(i in 4 => vaddq_f32(a[i], b[i]));
        sub(a: Floats, b: Floats) -> Floats = each!(i in 4 => vsubq_f32(a[i], b[i]));
        mul(a: Floats, b: Floats) -> Floats = each!(i in 4 => vmulq_f32(a[i], b[i]));
        fma(a: Floats, b: Floats, c: Floats) -> Floats = each!(i in 4 => vfmaq_f32(c[i], a[i], b[i]));
        // Not vmaxq and vminq, which think otherwise of zeros' signs.
        max(a: Floats, b: Floats) -> Floats = each!(i in 4 => vbslq_f32(vcgtq_f32(a[i], b[i]), a[i], b[i]));
        min(a: Floats, b: Floats) -> Floats = each!(i in 4 => vbslq_f32(vcltq_f32(a[i], b[i]), a[i], b[i]));
        less(a: Floats, b: Floats) -> Words = each!(i in 4 => vcltq_f32(a[i], b[i]));
        any(mask: Words) -> bool =
            vmaxvq_u32(vorrq_u32(vorrq_u32(mask[0], mask[1]), vorrq_u32(mask[2], mask[3]))) != 0;
        choose(mask: Words, a: Floats, b: Floats) -> Floats = each!(i in 4 => vbslq_f32(mask[i], a[i], b[i]));
        double(value: f64) -> Doubles = [vdupq_n_f64(value); 8];
        to_doubles(a: Words) -> Doubles = each!(i in 8 => {
            let words = vreinterpretq_s32_u32(a[i / 2]);
            let half = if i.is_multiple_of(2) { vget_low_s32(words) } else { vget_high_s32(words) };
            vcvtq_f64_s64(vmovl_s32(half))
        });
        negate(a: Doubles, word: Words) -> Doubles = each!(i in 8 => {
            let signs = vandq_u32(word[i / 2], vdupq_n_u32(1 << 31));
            let half = if i.is_multiple_of(2) { vget_low_u32(signs) } else { vget_high_u32(signs) };
            let flip = vshlq_n_u64::<32>(vmovl_u32(half));
            vreinterpretq_f64_u64(veorq_u64(vreinterpretq_u64_f64(a[i]), flip))
        });
        add_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 8 => vaddq_f64(a[i], b[i]));
        sub_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 8 => vsubq_f64(a[i], b[i]));
        mul_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 8 => vmulq_f64(a[i], b[i]));
        div_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 8 => vdivq_f64(a[i], b[i]));
        fma_doubles(a: Doubles, b: Doubles, c: Doubles) -> Doubles =
            each!(i in 8 => vfmaq_f64(c[i], a[i], b[i]));
        max_doubles(a: Doubles, b: Doubles) -> Doubles =
            each!(i in 8 => vbslq_f64(vcgtq_f64(a[i], b[i]), a[i], b[i]));
        min_doubles(a: Doubles, b: Doubles) -> Doubles =
            each!(i in 8 => vbslq_f64(vcltq_f64(a[i], b[i]), a[i], b[i]));
        choose_negative(number: Doubles, a: Doubles, b: Doubles) -> Doubles =
            each!(i in 8 => vbslq_f64(vcltzq_f64(number[i]), a[i], b[i]));
        load_doubles(from: &Lanes<f64>) -> Doubles = each!(i in 8 => vld1q_f64(from.as_ptr().add(2 * i)));
        store_doubles(a: Doubles, out: &mut Lanes<f64>) -> () = {
            each!(i in 8 => vst1q_f64(out.as_mut_ptr().add(2 * i), a[i]));
        };
        store(a: Floats, out: &mut Lanes<f32>) -> () = {
            each!(i in 4 => vst1q_f32(out.as_mut_ptr().add(4 * i), a[i]));
        };
        store_halves(a: Words, out: &mut Lanes<u16>) -> () = {
            each!(i in 4 => vst1_u16(out.as_mut_ptr().add(4 * i), vmovn_u32(a[i])));
        };
    }

    /// The library's own, lane by lane: the intrinsics of binary16 are not stable.
    #[inline(always)]
    fn store_binary16(self, a: Floats, out: &mut Lanes<u16>) {
        let mut floats = [0.0; LANES];
        self.store(a, &mut floats);
        for l in 0..LANES {
            out[l] = half::f16::from_f32(floats[l]).to_bits();
        }
    }

    #[inline(always)]
    fn store_bytes(self, a: Words, out: &mut Lanes<u8>) {
        let mut halves = [0; LANES];
        self.store_halves(a, &mut halves);
        for l in 0..LANES {
            out[l] = halves[l] as u8;
        }
    }
}
