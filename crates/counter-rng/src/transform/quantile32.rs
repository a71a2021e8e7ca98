//! The quantile of the standard normal in binary32, without a table, a division or a libm call.
//!
//! With `u` the tail probability and `x = 1 − 2u`, the quantile is `z = x·P(L)` where
//! `L = −log2(4u(1−u))` (the variable of M. Giles, "Approximating the erfinv function", GPU Computing
//! Gems, 2011, in base 2). The logarithm and `P` are our own fits; `docs/stream.md` has their
//! errors. Over all 2³¹ magnitudes at most 3.64 ulp from the exact quantile, 99.2 % of them within 2.

use crate::philox::{LANES, Lanes};

/// `−log2(1+t) ≈ t·(c0 + c1·t + …)` on `[√½ − 1, √2 − 1]`, absolute error 3.3e-7.
const LOG: [f32; 7] = [
    f32::from_bits(0xbfb8_aa62),
    f32::from_bits(0x3f38_ac17),
    f32::from_bits(0xbef5_ff83),
    f32::from_bits(0x3eb7_c9d9),
    f32::from_bits(0xbe98_32ce),
    f32::from_bits(0x3e8b_9f0f),
    f32::from_bits(0xbe2e_bacb),
];

/// `P` for `0 ≤ L ≤ 8`, in powers of `L − 4.5`, relative error 2.8e-8.
const CENTRE: [f32; 10] = [
    f32::from_bits(0x4015_8b79),
    f32::from_bits(0x3e71_2335),
    f32::from_bits(0xbb86_0c96),
    f32::from_bits(0xb9b7_e7b3),
    f32::from_bits(0x3880_2eca),
    f32::from_bits(0xb654_9ceb),
    f32::from_bits(0xb471_f275),
    f32::from_bits(0x3357_e9e5),
    f32::from_bits(0xb0aa_44d3),
    f32::from_bits(0xafd0_08e2),
];

/// `P` for `8 ≤ L ≤ 31`, in powers of `L − 18`, relative error 5.0e-8.
const TAIL: [f32; 12] = [
    f32::from_bits(0x4098_6a94),
    f32::from_bits(0x3e0f_2a58),
    f32::from_bits(0xbaf9_02d5),
    f32::from_bits(0x3852_9788),
    f32::from_bits(0xb5d6_4d25),
    f32::from_bits(0x335b_bc78),
    f32::from_bits(0xb0b9_0357),
    f32::from_bits(0x2dcb_391c),
    f32::from_bits(0x2bdd_dd6c),
    f32::from_bits(0xaaea_df4f),
    f32::from_bits(0x2912_847b),
    f32::from_bits(0xa673_d581),
];

/// `P` for `31 ≤ L ≤ 65`, in powers of `L − 46`, relative error 3.7e-8: only one-sided
/// truncation windows reach it.
const FAR: [f32; 8] = [
    f32::from_bits(0x40f9_0afc),
    f32::from_bits(0x3db3_8786),
    f32::from_bits(0xb9fa_ef1f),
    f32::from_bits(0x36ad_98fe),
    f32::from_bits(0xb394_7166),
    f32::from_bits(0x3091_5c6c),
    f32::from_bits(0xadaa_c9ca),
    f32::from_bits(0x2a99_2939),
];

/// Where each polynomial ends, as `y = 4u(1−u) = 2^−L`, and what its powers are centred on.
const CENTRE_ENDS: f32 = 1.0 / 256.0;
const TAIL_ENDS: f32 = 1.0 / 2_147_483_648.0;
const CENTRE_MIDDLE: f32 = 4.5;
const TAIL_MIDDLE: f32 = 18.0;
const FAR_MIDDLE: f32 = 46.0;

/// `√½`: mantissas are taken from `[√½, √2)`, where the logarithm is smallest.
const ROOT_HALF: i32 = 0x3f35_04f3;

#[inline(always)]
fn horner<const N: usize>(coefficients: &[f32; N], t: &Lanes<f32>) -> Lanes<f32> {
    let mut sum = [coefficients[N - 1]; LANES];
    for c in coefficients[..N - 1].iter().rev() {
        for l in 0..LANES {
            sum[l] = sum[l].mul_add(t[l], *c);
        }
    }
    sum
}

/// A positive `y` as `2^e·(1+t)`: `(e, t, c(t))` with `−log2(1+t) = t·c(t)`.
struct Logarithm {
    exponent: Lanes<f32>,
    t: Lanes<f32>,
    slope: Lanes<f32>,
}

impl Logarithm {
    #[inline(always)]
    fn new(y: &Lanes<f32>) -> Self {
        let (mut exponent, mut t) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            let bits = y[l].to_bits() as i32;
            let e = (bits - ROOT_HALF) >> 23;
            exponent[l] = e as f32;
            t[l] = f32::from_bits((bits - (e << 23)) as u32) - 1.0;
        }
        let slope = horner(&LOG, &t);
        Self { exponent, t, slope }
    }

    /// `L − middle`.
    #[inline(always)]
    fn minus(&self, middle: f32) -> Lanes<f32> {
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            out[l] = self.t[l].mul_add(self.slope[l], -self.exponent[l] - middle);
        }
        out
    }
}

/// `z` for twice the smaller tail probability and `x = ±(1 − 2u)`, whose sign `z` takes.
#[inline(always)]
pub(crate) fn quantile(two_u: &Lanes<f32>, x: &Lanes<f32>) -> Lanes<f32> {
    let mut y = [0.0; LANES];
    for l in 0..LANES {
        y[l] = two_u[l].mul_add(x[l].abs(), two_u[l]);
    }
    let log = Logarithm::new(&y);
    let mut p = horner(&CENTRE, &log.minus(CENTRE_MIDDLE));
    if any_below(&y, CENTRE_ENDS) {
        replace_below(&mut p, &y, CENTRE_ENDS, &horner(&TAIL, &log.minus(TAIL_MIDDLE)));
        if any_below(&y, TAIL_ENDS) {
            replace_below(&mut p, &y, TAIL_ENDS, &horner(&FAR, &log.minus(FAR_MIDDLE)));
        }
    }
    for l in 0..LANES {
        p[l] *= x[l];
    }
    p
}

/// Whether a lane needs the next polynomial: one vector in thirty does for [`TAIL`].
#[inline(always)]
fn any_below(y: &Lanes<f32>, end: f32) -> bool {
    let mut any = 0;
    for v in y {
        any |= u32::from(*v < end);
    }
    any != 0
}

#[inline(always)]
fn replace_below(p: &mut Lanes<f32>, y: &Lanes<f32>, end: f32, by: &Lanes<f32>) {
    for l in 0..LANES {
        p[l] = if y[l] < end { by[l] } else { p[l] };
    }
}
