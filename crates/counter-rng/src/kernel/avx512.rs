//! AVX-512: a register holds sixteen lanes.
#![allow(unsafe_code, reason = "a function compiled for AVX-512 may be entered only where AVX-512 is")]

use std::arch::x86_64::*;

use super::job::Job;
use super::macros::{each, instructions};
use super::multiplier::{Multiplier, blocks};
use super::simd::Simd;
use crate::key::{Key, LANES, Lanes};

/// That this processor has the parts of AVX-512 that Intel's servers have since 2017 and AMD's
/// since 2022: the value cannot be made
/// without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proof(());

impl Proof {
    pub(super) fn new() -> Option<Self> {
        use std::arch::is_x86_feature_detected as has;
        let foundation = has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl");
        (foundation && has!("avx2") && has!("fma")).then_some(Self(()))
    }

    pub(super) fn run<J: Job>(self, job: J) {
        // SAFETY: `compiled` needs the features that `Proof::new` saw, and `self` exists only where it did.
        unsafe { compiled(job, self) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn compiled<J: Job>(job: J, proof: Proof) {
    job.run(proof);
}

/// A 64-bit lane holds one block's word in its lower half and anything above: the multiplication does not look there,
/// and neither half is ever moved.
impl Multiplier for Proof {
    type Register = __m512i;

    instructions! {
        same(word: u32) -> __m512i = _mm512_set1_epi32(word.cast_signed());
        product(a: __m512i, by: u32) -> __m512i = _mm512_mul_epu32(a, _mm512_set1_epi64(i64::from(by)));
        xor(a: __m512i, b: __m512i) -> __m512i = _mm512_xor_si512(a, b);
        mix(product: __m512i, a: __m512i, b: __m512i) -> __m512i =
            _mm512_ternarylogic_epi32::<XOR>(_mm512_srli_epi64::<32>(product), a, b);
    }
}

/// `a ^ b ^ c`, as a table of eight bits.
const XOR: i32 = 0x96;
/// Into the odd lanes, the even ones.
const LOWER_TO_UPPER: i32 = 0b1010_0000;

impl Proof {
    instructions! {
        /// The first word of the counters of eight blocks, two from one to the next.
        counter(first: u32) -> __m512i =
            _mm512_add_epi64(_mm512_set1_epi64(i64::from(first)), _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14));
        /// The lower halves side by side: block `l` in lane `l`.
        join(even: __m512i, odd: __m512i) -> __m512i =
            _mm512_mask_shuffle_epi32::<LOWER_TO_UPPER>(even, 0xaaaa, odd);
    }

    /// The counters of the blocks with even and of those with odd numbers.
    #[inline(always)]
    fn counters(self, first: u32) -> [__m512i; 2] {
        [self.counter(first), self.counter(first + 1)]
    }

    #[inline(always)]
    fn joined(self, [even, odd]: [[__m512i; 4]; 2]) -> [__m512i; 4] {
        [
            self.join(even[0], odd[0]),
            self.join(even[1], odd[1]),
            self.join(even[2], odd[2]),
            self.join(even[3], odd[3]),
        ]
    }
}

/// Lanes 0 to 7 and lanes 8 to 15.
type Doubles = [__m512d; 2];

impl Simd for Proof {
    const TILES: usize = 2;
    const WIDE: bool = true;
    const APART: bool = false;

    type Words = __m512i;
    type Floats = __m512;
    type Doubles = Doubles;
    type Mask = __mmask16;

    #[inline(always)]
    fn tiles<const N: usize>(self, key: &Key, first: u64) -> [[__m512i; 4]; N] {
        let first = first.wrapping_mul(LANES as u64);
        let mut counters = [[self.word(0); 2]; N];
        for i in 0..N {
            counters[i] = self.counters(first as u32 + (LANES * i) as u32);
        }
        let parts = blocks(self, key, (first >> 32) as u32, counters);
        let mut tiles = [[self.word(0); 4]; N];
        for i in 0..N {
            tiles[i] = self.joined(parts[i]);
        }
        tiles
    }

    instructions! {
        load(words: &Lanes<u32>) -> __m512i = _mm512_loadu_si512(words.as_ptr().cast());
        word(word: u32) -> __m512i = _mm512_set1_epi32(word.cast_signed());
        and(a: __m512i, b: __m512i) -> __m512i = _mm512_and_si512(a, b);
        or(a: __m512i, b: __m512i) -> __m512i = _mm512_or_si512(a, b);
        xor(a: __m512i, b: __m512i) -> __m512i = _mm512_xor_si512(a, b);
        plus(a: __m512i, b: __m512i) -> __m512i = _mm512_add_epi32(a, b);
        minus(a: __m512i, b: __m512i) -> __m512i = _mm512_sub_epi32(a, b);
        shift(a: __m512i, by: u32) -> __m512i = _mm512_srlv_epi32(a, _mm512_set1_epi32(by.cast_signed()));
        signed_shift(a: __m512i, by: u32) -> __m512i = _mm512_srav_epi32(a, _mm512_set1_epi32(by.cast_signed()));
        smaller(a: __m512i, b: __m512i) -> __m512i = _mm512_min_epu32(a, b);
        signed_less(a: __m512i, b: __m512i) -> __mmask16 = _mm512_cmplt_epi32_mask(a, b);
        choose_word(mask: __mmask16, a: __m512i, b: __m512i) -> __m512i = _mm512_mask_mov_epi32(b, mask, a);
        float(value: f32) -> __m512 = _mm512_set1_ps(value);
        to_floats(a: __m512i) -> __m512 = _mm512_cvtepi32_ps(a);
        bits(a: __m512) -> __m512i = _mm512_castps_si512(a);
        of_bits(a: __m512i) -> __m512 = _mm512_castsi512_ps(a);
        add(a: __m512, b: __m512) -> __m512 = _mm512_add_ps(a, b);
        sub(a: __m512, b: __m512) -> __m512 = _mm512_sub_ps(a, b);
        mul(a: __m512, b: __m512) -> __m512 = _mm512_mul_ps(a, b);
        fma(a: __m512, b: __m512, c: __m512) -> __m512 = _mm512_fmadd_ps(a, b, c);
        max(a: __m512, b: __m512) -> __m512 = _mm512_max_ps(a, b);
        min(a: __m512, b: __m512) -> __m512 = _mm512_min_ps(a, b);
        less(a: __m512, b: __m512) -> __mmask16 = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b);
        choose(mask: __mmask16, a: __m512, b: __m512) -> __m512 = _mm512_mask_mov_ps(b, mask, a);
        double(value: f64) -> Doubles = [_mm512_set1_pd(value); 2];
        to_doubles(a: __m512i) -> Doubles =
            [_mm512_cvtepi32_pd(_mm512_castsi512_si256(a)), _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64::<1>(a))];
        negate(a: Doubles, word: __m512i) -> Doubles = {
            let signs = _mm512_and_si512(word, _mm512_set1_epi32(i32::MIN));
            let left = _mm512_slli_epi64::<32>(_mm512_cvtepu32_epi64(_mm512_castsi512_si256(signs)));
            let right = _mm512_slli_epi64::<32>(_mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64::<1>(signs)));
            [_mm512_xor_pd(a[0], _mm512_castsi512_pd(left)), _mm512_xor_pd(a[1], _mm512_castsi512_pd(right))]
        };
        add_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 2 => _mm512_add_pd(a[i], b[i]));
        sub_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 2 => _mm512_sub_pd(a[i], b[i]));
        mul_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 2 => _mm512_mul_pd(a[i], b[i]));
        div_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 2 => _mm512_div_pd(a[i], b[i]));
        fma_doubles(a: Doubles, b: Doubles, c: Doubles) -> Doubles =
            each!(i in 2 => _mm512_fmadd_pd(a[i], b[i], c[i]));
        max_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 2 => _mm512_max_pd(a[i], b[i]));
        min_doubles(a: Doubles, b: Doubles) -> Doubles = each!(i in 2 => _mm512_min_pd(a[i], b[i]));
        choose_negative(number: Doubles, a: Doubles, b: Doubles) -> Doubles = {
            let zero = _mm512_setzero_pd();
            each!(i in 2 => _mm512_mask_mov_pd(b[i], _mm512_cmp_pd_mask::<_CMP_LT_OQ>(number[i], zero), a[i]))
        };
        load_doubles(from: &Lanes<f64>) -> Doubles =
            each!(i in 2 => _mm512_loadu_pd(from.as_ptr().add(8 * i)));
        store_doubles(a: Doubles, out: &mut Lanes<f64>) -> () = {
            each!(i in 2 => _mm512_storeu_pd(out.as_mut_ptr().add(8 * i), a[i]));
        };
        store(a: __m512, out: &mut Lanes<f32>) -> () = _mm512_storeu_ps(out.as_mut_ptr(), a);
        store_binary16(a: __m512, out: &mut Lanes<u16>) -> () =
            _mm256_storeu_si256(out.as_mut_ptr().cast(), _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(a));
        store_halves(a: __m512i, out: &mut Lanes<u16>) -> () =
            _mm256_storeu_si256(out.as_mut_ptr().cast(), _mm512_cvtepi32_epi16(a));
        store_bytes(a: __m512i, out: &mut Lanes<u8>) -> () =
            _mm_storeu_si128(out.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(a));
    }

    #[inline(always)]
    fn any(self, mask: __mmask16) -> bool {
        mask != 0
    }
}
