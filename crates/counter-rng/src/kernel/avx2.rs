//! AVX2 with FMA: two registers hold sixteen lanes.
#![allow(unsafe_code, reason = "a function compiled for AVX2 may be entered only where AVX2 is")]

use std::arch::x86_64::*;

use super::job::Job;
use super::macros::{each, instructions};
use super::multiplier::{Multiplier, blocks};
use super::simd::Simd;
use crate::key::{Key, LANES, Lanes};

/// That this processor has AVX2, FMA and F16C, as all with the first do: the value cannot be made without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proof(());

impl Proof {
    pub(super) fn new() -> Option<Self> {
        use std::arch::is_x86_feature_detected as has;
        (has!("avx2") && has!("fma") && has!("f16c")).then_some(Self(()))
    }

    pub(super) fn run<J: Job>(self, job: J) {
        // SAFETY: `compiled` needs the features that `Proof::new` saw, and `self` exists only where it did.
        unsafe { compiled(job, self) }
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn compiled<J: Job>(job: J, proof: Proof) {
    job.run(proof);
}

/// Lanes 0 to 7 and lanes 8 to 15.
type Words = [__m256i; 2];
type Floats = [__m256; 2];
/// Four lanes each.
type Doubles = [__m256d; 4];

/// As in `avx512.rs`: one block's word in the lower half of a 64-bit lane, anything above.
impl Multiplier for Proof {
    type Register = __m256i;

    instructions! {
        same(word: u32) -> __m256i = _mm256_set1_epi32(word.cast_signed());
        product(a: __m256i, by: u32) -> __m256i = _mm256_mul_epu32(a, _mm256_set1_epi64x(i64::from(by)));
        xor(a: __m256i, b: __m256i) -> __m256i = _mm256_xor_si256(a, b);
        mix(product: __m256i, a: __m256i, b: __m256i) -> __m256i =
            _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64::<32>(product), a), b);
    }
}

/// Into the odd lanes, the even ones.
const LOWER_TO_UPPER: i32 = 0b1010_0000;
const ODD: i32 = 0b1010_1010;

impl Proof {
    instructions! {
        /// The first word of the counters of four blocks, two from one to the next.
        counter(first: u32) -> __m256i =
            _mm256_add_epi64(_mm256_set1_epi64x(i64::from(first)), _mm256_setr_epi64x(0, 2, 4, 6));
        /// The lower halves side by side: block `l` in lane `l`.
        join(even: __m256i, odd: __m256i) -> __m256i =
            _mm256_blend_epi32::<ODD>(even, _mm256_shuffle_epi32::<LOWER_TO_UPPER>(odd));
        low_halves(a: Words) -> __m256i = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi32(
            _mm256_and_si256(a[0], _mm256_set1_epi32(0xffff)),
            _mm256_and_si256(a[1], _mm256_set1_epi32(0xffff)),
        ));
        low_bytes(a: __m256i) -> __m128i = {
            let bytes = _mm256_and_si256(a, _mm256_set1_epi16(0xff));
            _mm_packus_epi16(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes))
        };
    }

    /// Half a tile: eight blocks. A whole one has no room in sixteen registers.
    #[inline(always)]
    fn half_tile(self, key: &Key, first: u64) -> [__m256i; 4] {
        let counters = [[self.counter(first as u32), self.counter(first as u32 + 1)]];
        let [[even, odd]] = blocks(self, key, (first >> 32) as u32, counters);
        [
            self.join(even[0], odd[0]),
            self.join(even[1], odd[1]),
            self.join(even[2], odd[2]),
            self.join(even[3], odd[3]),
        ]
    }
}

impl Simd for Proof {
    const TILES: usize = 1;
    const WIDE: bool = false;
    const APART: bool = false;

    type Words = Words;
    type Floats = Floats;
    type Doubles = Doubles;
    type Mask = Floats;

    #[inline(always)]
    fn tiles<const N: usize>(self, key: &Key, first: u64) -> [[Words; 4]; N] {
        let first = first.wrapping_mul(LANES as u64);
        let mut tiles = [[self.word(0); 4]; N];
        for i in 0..N {
            let first = first + (LANES * i) as u64;
            let (left, right) = (self.half_tile(key, first), self.half_tile(key, first + LANES as u64 / 2));
            tiles[i] = [[left[0], right[0]], [left[1], right[1]], [left[2], right[2]], [left[3], right[3]]];
        }
        tiles
    }

    instructions! {
        load(words: &Lanes<u32>) -> Words =
            each!(i in 2 => _mm256_loadu_si256(words.as_ptr().add(8 * i).cast()));
        word(word: u32) -> Words = [_mm256_set1_epi32(word.cast_signed()); 2];
        and(a: Words, b: Words) -> Words = each!(i in 2 => _mm256_and_si256(a[i], b[i]));
        or(a: Words, b: Words) -> Words = each!(i in 2 => _mm256_or_si256(a[i], b[i]));
        xor(a: Words, b: Words) -> Words = each!(i in 2 => _mm256_xor_si256(a[i], b[i]));
        plus(a: Words, b: Words) -> Words = each!(i in 2 => _mm256_add_epi32(a[i], b[i]));
        minus(a: Words, b: Words) -> Words = each!(i in 2 => _mm256_sub_epi32(a[i], b[i]));
        shift(a: Words, by: u32) -> Words = {
            let by = _mm256_set1_epi32(by.cast_signed());
            each!(i in 2 => _mm256_srlv_epi32(a[i], by))
        };
        signed_shift(a: Words, by: u32) -> Words = {
            let by = _mm256_set1_epi32(by.cast_signed());
            each!(i in 2 => _mm256_srav_epi32(a[i], by))
        };
        smaller(a: Words, b: Words) -> Words = each!(i in 2 => _mm256_min_epu32(a[i], b[i]));
        signed_less(a: Words, b: Words) -> Floats =
            each!(i in 2 => _mm256_castsi256_ps(_mm256_cmpgt_epi32(b[i], a[i])));
        choose_word(mask: Floats, a: Words, b: Words) -> Words =
            each!(i in 2 => _mm256_blendv_epi8(b[i], a[i], _mm256_castps_si256(mask[i])));
        float(value: f32) -> Floats = [_mm256_set1_ps(value); 2];
        to_floats(a: Words) -> Floats = each!(i in 2 => _mm256_cvtepi32_ps(a[i]));
        bits(a: Floats) -> Words = each!(i in 2 => _mm256_castps_si256(a[i]));
        of_bits(a: Words) -> Floats = each!(i in 2 => _mm256_castsi256_ps(a[i]));
        add(a: Floats, b: Floats) -> Floats = each!(i in 2 => _mm256_add_ps(a[i], b[i]));
        sub(a: Floats, b: Floats) -> Floats = each!(i in 2 => _mm256_sub_ps(a[i], b[i]));
        mul(a: Floats, b: Floats) -> Floats = each!(i in 2 => _mm256_mul_ps(a[i], b[i]));
        fma(a: Floats, b: Floats, c: Floats) -> Floats = each!(i in 2 => _mm256_fmadd_ps(a[i], b[i], c[i]));
        max(a: Floats, b: Floats) -> Floats = each!(i in 2 => _mm256_max_ps(a[i], b[i]));
        min(a: Floats, b: Floats) -> Floats = each!(i in 2 => _mm256_min_ps(a[i], b[i]));
        less(a: Floats, b: Floats) -> Floats = each!(i in 2 => _mm256_cmp_ps::<_CMP_LT_OQ>(a[i], b[i]));
        any(mask: Floats) -> bool = _mm256_movemask_ps(_mm256_or_ps(mask[0], mask[1])) != 0;
        choose(mask: Floats, a: Floats, b: Floats) -> Floats =
            each!(i in 2 => _mm256_blendv_ps(b[i], a[i], mask[i]));
        double(value: f64) -> Doubles = [_mm256_set1_pd(value); 4];
        to_doubles(a: Words) -> Doubles = [
            _mm256_cvtepi32_pd(_mm256_castsi256_si128(a[0])),
            _mm256_cvtepi32_pd(_mm256_extracti128_si256::<1>(a[0])),
            _mm256_cvtepi32_pd(_mm256_castsi256_si128(a[1])),
            _mm256_cvtepi32_pd(_mm256_extracti128_si256::<1>(a[1])),
        ];
        add_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 4 => _mm256_add_pd(a[i], b[i]));
        sub_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 4 => _mm256_sub_pd(a[i], b[i]));
        mul_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 4 => _mm256_mul_pd(a[i], b[i]));
        div_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 4 => _mm256_div_pd(a[i], b[i]));
        fma_doubles(a: Doubles, b: Doubles, c: Doubles) -> Doubles =
            each!(i in 4 => _mm256_fmadd_pd(a[i], b[i], c[i]));
        max_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 4 => _mm256_max_pd(a[i], b[i]));
        min_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 4 => _mm256_min_pd(a[i], b[i]));
        choose_negative(number: Doubles, a: Doubles, b: Doubles) -> Doubles = {
            let zero = _mm256_setzero_pd();
            each!(i in 4 => _mm256_blendv_pd(b[i], a[i], _mm256_cmp_pd::<_CMP_LT_OQ>(number[i], zero)))
        };
        load_doubles(from: &Lanes<f64>) -> Doubles =
            each!(i in 4 => _mm256_loadu_pd(from.as_ptr().add(4 * i)));
        store_doubles(a: Doubles, out: &mut Lanes<f64>) -> () = {
            each!(i in 4 => _mm256_storeu_pd(out.as_mut_ptr().add(4 * i), a[i]));
        };
        store(a: Floats, out: &mut Lanes<f32>) -> () = {
            each!(i in 2 => _mm256_storeu_ps(out.as_mut_ptr().add(8 * i), a[i]));
        };
        store_binary16(a: Floats, out: &mut Lanes<u16>) -> () = {
            let halves = each!(i in 2 => _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(a[i]));
            each!(i in 2 => _mm_storeu_si128(out.as_mut_ptr().add(8 * i).cast(), halves[i]));
        };
    }

    #[inline(always)]
    fn negate(self, a: Doubles, word: Words) -> Doubles {
        let ([s0, s1], [s2, s3]) = (self.signs(word[0]), self.signs(word[1]));
        [self.flip(a[0], s0), self.flip(a[1], s1), self.flip(a[2], s2), self.flip(a[3], s3)]
    }

    #[inline(always)]
    fn store_halves(self, a: Words, out: &mut Lanes<u16>) {
        self.write_halves(self.low_halves(a), out);
    }

    #[inline(always)]
    fn store_bytes(self, a: Words, out: &mut Lanes<u8>) {
        self.write_bytes(self.low_bytes(self.low_halves(a)), out);
    }
}

impl Proof {
    instructions! {
        /// The halves of the signs of eight words.
        signs(a: __m256i) -> [__m128i; 2] = {
            let signs = _mm256_and_si256(a, _mm256_set1_epi32(i32::MIN));
            [_mm256_castsi256_si128(signs), _mm256_extracti128_si256::<1>(signs)]
        };
        flip(a: __m256d, signs: __m128i) -> __m256d =
            _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_slli_epi64::<32>(_mm256_cvtepu32_epi64(signs))));
        write_halves(a: __m256i, out: &mut Lanes<u16>) -> () = _mm256_storeu_si256(out.as_mut_ptr().cast(), a);
        write_bytes(a: __m128i, out: &mut Lanes<u8>) -> () = _mm_storeu_si128(out.as_mut_ptr().cast(), a);
    }
}
