//! The two widths that arithmetic is done in, and what each makes of a word.

use std::ops::{Add, Sub};

use crate::element::sealed::Sealed;
use crate::philox::{LANES, Lanes};
use crate::transform::{quantile32, quantile64};

/// A type that values are computed in: `f32` from one word, `f64` from two.
///
/// Sealed, as [`Element`](crate::Element) is; its items are the stream's own business.
pub trait Wide:
    Sealed + Copy + PartialOrd + Into<f64> + Add<Output = Self> + Sub<Output = Self> + Send + Sync + 'static
{
    /// Largest |z| of a normal draw: the quantile of the smallest tail probability, rounded up.
    #[doc(hidden)]
    const LARGEST_QUANTILE: f64;
    /// What a centred word is multiplied by to lie in (−1, 1).
    #[doc(hidden)]
    const UNIT: f64;
    #[doc(hidden)]
    const ZERO: Self;
    #[doc(hidden)]
    const ONE: Self;

    /// The nearest value to `value`.
    fn from_f64(value: f64) -> Self;
    #[doc(hidden)]
    fn fma(self, factor: Self, term: Self) -> Self;
    /// The top bits of the words, symmetric about zero, exactly.
    #[doc(hidden)]
    fn centred(high: &Lanes<u32>, low: &Lanes<u32>) -> Lanes<Self>;
    /// `2u` and `±(1 − 2u)` of the words: each rounded once, from an integer and its complement.
    #[doc(hidden)]
    fn tails(high: &Lanes<u32>, low: &Lanes<u32>) -> [Lanes<Self>; 2];
    /// The normal quantile for those two, with the sign of the second.
    #[doc(hidden)]
    fn quantile(two_u: &Lanes<Self>, x: &Lanes<Self>) -> Lanes<Self>;
}

const SIGN: u32 = 1 << 31;

/// `(m + ½)·2⁻³¹` with one rounding.
#[inline(always)]
fn half_open(m: u32) -> f32 {
    (m as i32 as f32).mul_add(1.0 / 2_147_483_648.0, 1.0 / 4_294_967_296.0)
}

/// `(m + ½)·2⁻⁶³` for `m = 2³²·high + low`: the integer's rounding to 53 bits, then one more.
#[inline(always)]
fn half_open64(high: u32, low: u32) -> f64 {
    const STEP: f64 = 1.0 / 9_223_372_036_854_775_808.0;
    to_f64(high).mul_add(4_294_967_296.0, to_f64(low)).mul_add(STEP, STEP / 2.0)
}

/// A word as f64, exactly, by the signed conversion that every vector unit has.
#[inline(always)]
fn to_f64(word: u32) -> f64 {
    f64::from((word ^ SIGN) as i32) + 2_147_483_648.0
}

impl Wide for f32 {
    // Tail probability 2^-33: z = 6.3380.
    const LARGEST_QUANTILE: f64 = 6.339;
    const UNIT: f64 = 1.0 / 8_388_608.0;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn fma(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }

    #[inline(always)]
    fn centred(high: &Lanes<u32>, _: &Lanes<u32>) -> Lanes<Self> {
        let mut c = [0.0; LANES];
        for l in 0..LANES {
            c[l] = (high[l] >> 8) as i32 as f32 - 8_388_607.5;
        }
        c
    }

    #[inline(always)]
    fn tails(high: &Lanes<u32>, _: &Lanes<u32>) -> [Lanes<Self>; 2] {
        let (mut two_u, mut x) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            two_u[l] = half_open(high[l] & !SIGN);
            x[l] = Self::from_bits(half_open(!high[l] & !SIGN).to_bits() | high[l] & SIGN);
        }
        [two_u, x]
    }

    #[inline(always)]
    fn quantile(two_u: &Lanes<Self>, x: &Lanes<Self>) -> Lanes<Self> {
        quantile32::quantile(two_u, x)
    }
}

impl Wide for f64 {
    // Tail probability 2^-65: z = 9.1553.
    const LARGEST_QUANTILE: f64 = 9.16;
    const UNIT: f64 = 1.0 / 4_503_599_627_370_496.0;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn fma(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }

    #[inline(always)]
    fn centred(high: &Lanes<u32>, low: &Lanes<u32>) -> Lanes<Self> {
        let mut c = [0.0; LANES];
        for l in 0..LANES {
            // The top 53 bits of the two words; exact up to and with the subtraction.
            c[l] = to_f64(high[l]).mul_add(2_097_152.0, to_f64(low[l] >> 11)) - 4_503_599_627_370_495.5;
        }
        c
    }

    #[inline(always)]
    fn tails(high: &Lanes<u32>, low: &Lanes<u32>) -> [Lanes<Self>; 2] {
        let (mut two_u, mut x) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            two_u[l] = half_open64(high[l] & !SIGN, low[l]);
            let complement = half_open64(!high[l] & !SIGN, !low[l]);
            x[l] = Self::from_bits(complement.to_bits() | u64::from(high[l] & SIGN) << 32);
        }
        [two_u, x]
    }

    #[inline(always)]
    fn quantile(two_u: &Lanes<Self>, x: &Lanes<Self>) -> Lanes<Self> {
        quantile64::quantile(two_u, x)
    }
}

/// `value` moved inside `[lo, up]`; a comparison each, as the vector instructions do it.
#[inline(always)]
pub(crate) fn clamp<W: Wide>(value: W, lo: W, up: W) -> W {
    let value = if value > lo { value } else { lo };
    if value < up { value } else { up }
}
