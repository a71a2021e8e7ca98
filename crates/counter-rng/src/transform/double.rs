//! Binary64: the operations of the kernel itself, and what a high and a low word stand for.

use crate::kernel::Simd;
use crate::key::Keys;
use crate::key::Lanes;
use crate::transform::quantile64;
use crate::transform::wide::{Wide, operations};

const SIGN: u32 = 1 << 31;

/// Words as numbers, exactly, by the signed conversion that every vector unit has.
#[inline(always)]
fn unsigned<S: Simd>(simd: S, word: S::Words) -> S::Doubles {
    let signed = simd.to_doubles(simd.xor(word, simd.word(SIGN)));
    simd.add_doubles(signed, simd.double(2_147_483_648.0))
}

/// `(m + ½)·2⁻⁶³` for `m = 2³²·high + low`: the integer's rounding to 53 bits, then one more.
#[inline(always)]
fn half_open<S: Simd>(simd: S, high: S::Words, low: S::Words) -> S::Doubles {
    const STEP: f64 = 1.0 / 9_223_372_036_854_775_808.0;
    let (high, low) = (unsigned(simd, high), unsigned(simd, low));
    let m = simd.fma_doubles(high, simd.double(4_294_967_296.0), low);
    simd.fma_doubles(m, simd.double(STEP), simd.double(STEP / 2.0))
}

impl Wide for f64 {
    // Tail probability 2^-65: z = 9.1553.
    const LARGEST_QUANTILE: f64 = 9.16;
    const UNIT: f64 = 1.0 / 4_503_599_627_370_496.0;
    const ONE: Self = 1.0;
    const SINGLE: bool = false;

    type Word<S: Simd> = [S::Words; 2];
    type Row<S: Simd> = S::Doubles;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn tiles<S: Simd, const N: usize>(simd: S, keys: &Keys, first: u64) -> [[[S::Words; 2]; 4]; N] {
        let (high, low) = (simd.tiles::<N>(&keys.high, first), simd.tiles::<N>(&keys.low, first));
        let mut out = [[[simd.word(0); 2]; 4]; N];
        for i in 0..N {
            for j in 0..4 {
                out[i][j] = [high[i][j], low[i][j]];
            }
        }
        out
    }

    #[inline(always)]
    fn load<S: Simd>(simd: S, high: &Lanes<u32>, low: &Lanes<u32>) -> [S::Words; 2] {
        [simd.load(high), simd.load(low)]
    }

    #[inline(always)]
    fn read<S: Simd>(simd: S, from: &Lanes<Self>) -> S::Doubles {
        simd.load_doubles(from)
    }

    #[inline(always)]
    fn write<S: Simd>(simd: S, row: S::Doubles, out: &mut Lanes<Self>) {
        simd.store_doubles(row, out);
    }

    #[inline(always)]
    fn row<S: Simd>(simd: S, value: Self) -> S::Doubles {
        simd.double(value)
    }

    operations! { S::Doubles:
        add(a, b) => add_doubles;
        sub(a, b) => sub_doubles;
        fma(a, b, c) => fma_doubles;
        max(a, b) => max_doubles;
        min(a, b) => min_doubles;
    }

    #[inline(always)]
    fn choose_negative<S: Simd>(simd: S, number: S::Doubles, a: S::Doubles, b: S::Doubles) -> S::Doubles {
        simd.choose_negative(number, a, b)
    }

    #[inline(always)]
    fn centred<S: Simd>(simd: S, [high, low]: [S::Words; 2]) -> S::Doubles {
        // The top 53 bits of the two words; exact up to and with the subtraction.
        let (high, low) = (unsigned(simd, high), unsigned(simd, simd.shift(low, 11)));
        let top = simd.fma_doubles(high, simd.double(2_097_152.0), low);
        simd.sub_doubles(top, simd.double(4_503_599_627_370_495.5))
    }

    #[inline(always)]
    fn tails<S: Simd>(simd: S, [high, low]: [S::Words; 2]) -> [S::Doubles; 2] {
        let (magnitude, all) = (simd.word(!SIGN), simd.word(!0));
        let two_u = half_open(simd, simd.and(high, magnitude), low);
        let complement = simd.and(simd.xor(high, magnitude), magnitude);
        let x = half_open(simd, complement, simd.xor(low, all));
        [two_u, simd.negate(x, high)]
    }

    #[inline(always)]
    fn quantile<S: Simd, const R: usize>(
        simd: S,
        two_u: &[S::Doubles; R],
        x: &[S::Doubles; R],
    ) -> [S::Doubles; R] {
        quantile64::quantile(simd, two_u, x)
    }
}
