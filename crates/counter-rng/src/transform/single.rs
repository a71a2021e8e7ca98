//! Binary32: the operations of the kernel itself, and what one word stands for.

use crate::kernel::Simd;
use crate::key::Keys;
use crate::key::Lanes;
use crate::transform::quantile32;
use crate::transform::wide::{Wide, operations};

const SIGN: u32 = 1 << 31;

/// `(m + ½)·2⁻³¹` with one rounding, of numbers below 2³¹.
#[inline(always)]
fn half_open<S: Simd>(simd: S, m: S::Words) -> S::Floats {
    let [step, half] = [simd.float(1.0 / 2_147_483_648.0), simd.float(1.0 / 4_294_967_296.0)];
    simd.fma(simd.to_floats(m), step, half)
}

impl Wide for f32 {
    // Tail probability 2^-33: z = 6.3380.
    const LARGEST_QUANTILE: f64 = 6.339;
    const UNIT: f64 = 1.0 / 8_388_608.0;
    const ONE: Self = 1.0;
    const SINGLE: bool = true;

    type Word<S: Simd> = S::Words;
    type Row<S: Simd> = S::Floats;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn tiles<S: Simd, const N: usize>(simd: S, keys: &Keys, first: u64) -> [[S::Words; 4]; N] {
        simd.tiles(&keys.high, first)
    }

    #[inline(always)]
    fn load<S: Simd>(simd: S, high: &Lanes<u32>, _: &Lanes<u32>) -> S::Words {
        simd.load(high)
    }

    #[inline(always)]
    fn read<S: Simd>(simd: S, from: &Lanes<Self>) -> S::Floats {
        simd.of_bits(simd.load(bytemuck::cast_ref(from)))
    }

    #[inline(always)]
    fn write<S: Simd>(simd: S, row: S::Floats, out: &mut Lanes<Self>) {
        simd.store(row, out);
    }

    #[inline(always)]
    fn row<S: Simd>(simd: S, value: Self) -> S::Floats {
        simd.float(value)
    }

    operations! { S::Floats:
        add(a, b) => add;
        sub(a, b) => sub;
        fma(a, b, c) => fma;
        max(a, b) => max;
        min(a, b) => min;
    }

    #[inline(always)]
    fn choose_negative<S: Simd>(simd: S, number: S::Floats, a: S::Floats, b: S::Floats) -> S::Floats {
        simd.choose(simd.less(number, simd.float(0.0)), a, b)
    }

    #[inline(always)]
    fn centred<S: Simd>(simd: S, word: S::Words) -> S::Floats {
        simd.sub(simd.to_floats(simd.shift(word, 8)), simd.float(8_388_607.5))
    }

    #[inline(always)]
    fn tails<S: Simd>(simd: S, word: S::Words) -> [S::Floats; 2] {
        let (sign, magnitude) = (simd.word(SIGN), simd.word(!SIGN));
        let two_u = half_open(simd, simd.and(word, magnitude));
        let x = half_open(simd, simd.and(simd.xor(word, magnitude), magnitude));
        [two_u, simd.of_bits(simd.or(simd.bits(x), simd.and(word, sign)))]
    }

    #[inline(always)]
    fn quantile<S: Simd, const R: usize>(
        simd: S,
        two_u: &[S::Floats; R],
        x: &[S::Floats; R],
    ) -> [S::Floats; R] {
        quantile32::quantile(simd, two_u, x)
    }
}
