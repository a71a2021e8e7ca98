//! The same lanes, compiled for AVX-512, with a generator written by hand.
//!
//! The compiler's own Philox shuffles every product apart. Here a 64-bit lane holds one block's word in its
//! lower half and anything above: the multiplication does not look there, and neither half is ever moved.
#![allow(unsafe_code, reason = "a function compiled for AVX-512 may be entered only where AVX-512 is")]

use super::{Job, Words};
#[cfg(all(target_arch = "x86_64", not(miri)))]
use crate::key::Key;
#[cfg(all(target_arch = "x86_64", not(miri)))]
use crate::philox::Lanes;

/// That this processor has the parts of AVX-512 that every server since 2017 has: the value cannot be made
/// without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proof(());

impl Proof {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    pub(super) fn new() -> Option<Self> {
        use std::arch::is_x86_feature_detected as has;
        let foundation = has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl");
        (foundation && has!("avx2") && has!("fma")).then_some(Self(()))
    }

    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    pub(super) fn new() -> Option<Self> {
        None
    }

    #[cfg(all(target_arch = "x86_64", not(miri)))]
    pub(super) fn run<J: Job>(self, job: J) {
        // SAFETY: `compiled` needs the features that `Proof::new` saw, and `self` exists only where it did.
        unsafe { compiled(job, self) }
    }

    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    pub(super) fn run<J: Job>(self, job: J) {
        job.run(super::portable::Portable);
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn compiled<J: Job>(job: J, proof: Proof) {
    job.run(proof);
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
impl Words for Proof {
    #[inline(always)]
    fn tile(self, key: &Key, tile: u64) -> [Lanes<u32>; 4] {
        philox::tile(self, key, tile)
    }
}

/// Functions with a [`Proof`] and `#[inline(always)]`, not with a target feature: those would stay calls, one a
/// tile, that read their keys from memory and clear the registers when they return.
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod philox {
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi64, _mm512_mask_shuffle_epi32, _mm512_mul_epu32, _mm512_set1_epi32,
        _mm512_set1_epi64, _mm512_setr_epi64, _mm512_srli_epi64, _mm512_ternarylogic_epi32,
    };

    use super::Proof;
    use crate::key::Key;
    use crate::philox::{LANES, Lanes, MULTIPLIER, WEYL, widening_mul};

    /// One word of sixteen blocks: those with even numbers, those with odd ones.
    type Pair = [__m512i; 2];

    #[inline(always)]
    fn same(_: Proof, word: u32) -> __m512i {
        // SAFETY: needs AVX-512 F, which the `Proof` is a proof of.
        unsafe { _mm512_set1_epi32(word.cast_signed()) }
    }

    /// The first word of the counter: `first`, a multiple of 16, and the fifteen behind it.
    #[inline(always)]
    fn counter(_: Proof, first: u32) -> Pair {
        // SAFETY: needs AVX-512 F, which the `Proof` is a proof of.
        unsafe {
            let first = _mm512_set1_epi64(i64::from(first));
            let even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
            let odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
            [_mm512_add_epi64(first, even), _mm512_add_epi64(first, odd)]
        }
    }

    #[inline(always)]
    fn multiply(_: Proof, word: Pair, by: u32) -> Pair {
        // SAFETY: needs AVX-512 F, which the `Proof` is a proof of.
        unsafe {
            let by = _mm512_set1_epi64(i64::from(by));
            [_mm512_mul_epu32(word[0], by), _mm512_mul_epu32(word[1], by)]
        }
    }

    /// `high(product) ^ a ^ b` in the lower halves.
    #[inline(always)]
    fn mix(_: Proof, product: Pair, a: Pair, b: __m512i) -> Pair {
        const XOR: i32 = 0x96;
        // SAFETY: needs AVX-512 F, which the `Proof` is a proof of.
        unsafe {
            let [even, odd] = [_mm512_srli_epi64::<32>(product[0]), _mm512_srli_epi64::<32>(product[1])];
            [_mm512_ternarylogic_epi32::<XOR>(even, a[0], b), _mm512_ternarylogic_epi32::<XOR>(odd, a[1], b)]
        }
    }

    /// The lower halves side by side: block `l` in lane `l`.
    #[inline(always)]
    fn join(_: Proof, word: Pair) -> Lanes<u32> {
        const LOWER_TO_UPPER: i32 = 0b1010_0000;
        // SAFETY: needs AVX-512 F, which the `Proof` is a proof of; a vector is sixteen words, all of them valid.
        unsafe {
            let joined = _mm512_mask_shuffle_epi32::<LOWER_TO_UPPER>(word[0], 0xaaaa, word[1]);
            std::mem::transmute::<__m512i, Lanes<u32>>(joined)
        }
    }

    /// The key of round `r`, counted from zero.
    #[inline(always)]
    fn round_key(key: &Key, r: u32) -> [u32; 2] {
        [0, 1].map(|i| key.key[i].wrapping_add(WEYL[i].wrapping_mul(r)))
    }

    #[inline(always)]
    fn round(proof: Proof, block: [Pair; 4], key: [u32; 2]) -> [Pair; 4] {
        let p0 = multiply(proof, block[0], MULTIPLIER[0]);
        let p1 = multiply(proof, block[2], MULTIPLIER[1]);
        let c0 = mix(proof, p1, block[1], same(proof, key[0]));
        [c0, p1, mix(proof, p0, block[3], same(proof, key[1])), p0]
    }

    /// Rounds 0 and 1. Only word 0 of the counter differs between the blocks of a tile, so that half of each is
    /// one block's work.
    #[inline(always)]
    fn first_rounds(proof: Proof, key: &Key, first: u64) -> [Pair; 4] {
        let (k0, k1) = (round_key(key, 0), round_key(key, 1));
        let (high, c1) = widening_mul(MULTIPLIER[1], key.tweak[0]);
        let c0 = high ^ (first >> 32) as u32 ^ k0[0];
        let c3 = multiply(proof, counter(proof, first as u32), MULTIPLIER[0]);
        let zero = [same(proof, 0); 2];
        let c2 = mix(proof, c3, zero, same(proof, key.tweak[1] ^ k0[1]));

        let p1 = multiply(proof, c2, MULTIPLIER[1]);
        let (high, low) = widening_mul(MULTIPLIER[0], c0);
        let c2 = mix(proof, zero, c3, same(proof, high ^ k1[1]));
        [mix(proof, p1, zero, same(proof, c1 ^ k1[0])), p1, c2, [same(proof, low); 2]]
    }

    /// As [`crate::philox::tile_words`].
    #[inline(always)]
    pub(super) fn tile(proof: Proof, key: &Key, tile: u64) -> [Lanes<u32>; 4] {
        let mut block = first_rounds(proof, key, tile.wrapping_mul(LANES as u64));
        // Written out, since the compiler leaves a loop of eight with its keys in memory.
        block = round(proof, block, round_key(key, 2));
        block = round(proof, block, round_key(key, 3));
        block = round(proof, block, round_key(key, 4));
        block = round(proof, block, round_key(key, 5));
        block = round(proof, block, round_key(key, 6));
        block = round(proof, block, round_key(key, 7));
        block = round(proof, block, round_key(key, 8));
        block = round(proof, block, round_key(key, 9));
        [join(proof, block[0]), join(proof, block[1]), join(proof, block[2]), join(proof, block[3])]
    }
}
