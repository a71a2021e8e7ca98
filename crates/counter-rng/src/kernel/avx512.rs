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
        // SAFETY: `philox::tile` needs AVX-512 F; `self` exists only where `Proof::new` saw it.
        unsafe { philox::tile(key, tile) }
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod philox {
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi64, _mm512_mask_shuffle_epi32, _mm512_mul_epu32, _mm512_set1_epi32,
        _mm512_set1_epi64, _mm512_setr_epi64, _mm512_srli_epi64, _mm512_ternarylogic_epi32,
    };

    use crate::key::Key;
    use crate::philox::{LANES, Lanes, MULTIPLIER, ROUNDS, WEYL, widening_mul};

    /// One word of sixteen blocks: those with even numbers, those with odd ones.
    type Pair = [__m512i; 2];

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn same(word: u32) -> __m512i {
        _mm512_set1_epi32(word.cast_signed())
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn multiply(word: Pair, by: u32) -> Pair {
        let by = _mm512_set1_epi64(i64::from(by));
        [_mm512_mul_epu32(word[0], by), _mm512_mul_epu32(word[1], by)]
    }

    /// `high(product) ^ a ^ b` in the lower halves.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn mix(product: Pair, a: Pair, b: __m512i) -> Pair {
        const XOR: i32 = 0x96;
        let [even, odd] = [_mm512_srli_epi64::<32>(product[0]), _mm512_srli_epi64::<32>(product[1])];
        [_mm512_ternarylogic_epi32::<XOR>(even, a[0], b), _mm512_ternarylogic_epi32::<XOR>(odd, a[1], b)]
    }

    /// The lower halves side by side: block `l` in lane `l`.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn join(word: Pair) -> Lanes<u32> {
        const LOWER_TO_UPPER: i32 = 0b1010_0000;
        let joined = _mm512_mask_shuffle_epi32::<LOWER_TO_UPPER>(word[0], 0xaaaa, word[1]);
        // SAFETY: both types are 512 bits, and every pattern of them is a value of either.
        unsafe { std::mem::transmute::<__m512i, Lanes<u32>>(joined) }
    }

    /// As [`crate::philox::tile_words`]. Only word 0 of the counter differs between the blocks of a tile, so that
    /// half of the first round and half of the second are one block's work.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn tile(key: &Key, tile: u64) -> [Lanes<u32>; 4] {
        let first = tile.wrapping_mul(LANES as u64);
        let mut keys = [key.key; ROUNDS as usize];
        for r in 1..keys.len() {
            keys[r] = [keys[r - 1][0].wrapping_add(WEYL[0]), keys[r - 1][1].wrapping_add(WEYL[1])];
        }
        let start = _mm512_set1_epi64(i64::from(first as u32));
        let c0 = [
            _mm512_add_epi64(start, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14)),
            _mm512_add_epi64(start, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15)),
        ];
        let (high, low) = widening_mul(MULTIPLIER[1], key.tweak[0]);
        let c3 = multiply(c0, MULTIPLIER[0]);
        let c2 = mix(c3, [same(key.tweak[1] ^ keys[0][1]); 2], same(0));

        let c1 = multiply(c2, MULTIPLIER[1]);
        let c0 = mix(c1, [same(low ^ keys[1][0]); 2], same(0));
        let (high, low) = widening_mul(MULTIPLIER[0], high ^ (first >> 32) as u32 ^ keys[0][0]);
        let of_all = same(high ^ keys[1][1]);
        let c2 = mix([same(0); 2], c3, of_all);
        let mut block = [c0, c1, c2, [same(low); 2]];

        for key in &keys[2..] {
            let [p0, p1] = [multiply(block[0], MULTIPLIER[0]), multiply(block[2], MULTIPLIER[1])];
            block = [mix(p1, block[1], same(key[0])), p1, mix(p0, block[3], same(key[1])), p0];
        }
        block.map(|word| join(word))
    }
}
