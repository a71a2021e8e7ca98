//! The quantile of the standard normal in binary32, without a table, a division or a libm call.
//!
//! With `u` the tail probability and `x = 1 − 2u`, the quantile is `z = x·P(L)` where
//! `L = −log2(4u(1−u))` (the variable of M. Giles, "Approximating the erfinv function", GPU Computing
//! Gems, 2011, in base 2). The logarithm and `P` are our own fits; `docs/stream.md` has their
//! errors. Over all 2³¹ magnitudes at most 3.64 ulp from the exact quantile, 99.2 % of them within 2.

use crate::kernel::Simd;

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
const ROOT_HALF: u32 = 0x3f35_04f3;

/// The polynomial of each row, highest power first; the rows wait for each other's products, not for their own.
#[inline(always)]
fn horner<S: Simd, const N: usize, const R: usize>(
    simd: S,
    coefficients: &[f32; N],
    t: &[S::Floats; R],
) -> [S::Floats; R] {
    let mut sum = [simd.float(coefficients[N - 1]); R];
    for c in coefficients[..N - 1].iter().rev() {
        for r in 0..R {
            sum[r] = simd.fma(sum[r], t[r], simd.float(*c));
        }
    }
    sum
}

/// A positive `y` as `2^e·(1+t)`: `(e, t, c(t))` with `−log2(1+t) = t·c(t)`.
struct Logarithm<S: Simd, const R: usize> {
    exponent: [S::Floats; R],
    t: [S::Floats; R],
    slope: [S::Floats; R],
}

impl<S: Simd, const R: usize> Logarithm<S, R> {
    #[inline(always)]
    fn new(simd: S, y: &[S::Floats; R]) -> Self {
        let (mut exponent, mut t) = (*y, *y);
        for r in 0..R {
            let bits = simd.bits(y[r]);
            let above = simd.minus(bits, simd.word(ROOT_HALF));
            exponent[r] = simd.to_floats(simd.signed_shift(above, 23));
            let mantissa = simd.minus(bits, simd.and(above, simd.word(0xff80_0000)));
            t[r] = simd.sub(simd.of_bits(mantissa), simd.float(1.0));
        }
        let slope = horner(simd, &LOG, &t);
        Self { exponent, t, slope }
    }

    /// `L − middle`.
    #[inline(always)]
    fn minus(&self, simd: S, middle: f32) -> [S::Floats; R] {
        let mut out = self.t;
        for r in 0..R {
            out[r] = self.row_minus(simd, r, middle);
        }
        out
    }

    /// `L − middle` of one row.
    #[inline(always)]
    fn row_minus(&self, simd: S, r: usize, middle: f32) -> S::Floats {
        // −e − m = −m − e: one subtraction, rounded once either way.
        let constant = simd.sub(simd.float(-middle), self.exponent[r]);
        simd.fma(self.t[r], self.slope[r], constant)
    }
}

/// `z` for twice the smaller tail probability and `x = ±(1 − 2u)`, whose sign `z` takes.
#[inline(always)]
pub(crate) fn quantile<S: Simd, const R: usize>(
    simd: S,
    two_u: &[S::Floats; R],
    x: &[S::Floats; R],
) -> [S::Floats; R] {
    let mut y = *x;
    for r in 0..R {
        let absolute = simd.of_bits(simd.and(simd.bits(x[r]), simd.word(0x7fff_ffff)));
        y[r] = simd.fma(two_u[r], absolute, two_u[r]);
    }
    let log = Logarithm::new(simd, &y);
    let mut p = horner(simd, &CENTRE, &log.minus(simd, CENTRE_MIDDLE));
    let mut in_tail = false;
    for r in 0..R {
        in_tail |= simd.any(simd.less(y[r], simd.float(CENTRE_ENDS)));
    }
    if in_tail {
        tails(simd, &y, &log, &mut p);
    }
    for r in 0..R {
        p[r] = simd.mul(p[r], x[r]);
    }
    p
}

/// The rows in which a lane needs the next polynomial: one in thirty does for [`TAIL`].
#[inline(always)]
fn tails<S: Simd, const R: usize>(
    simd: S,
    y: &[S::Floats; R],
    log: &Logarithm<S, R>,
    p: &mut [S::Floats; R],
) {
    for r in 0..R {
        let mask = simd.less(y[r], simd.float(CENTRE_ENDS));
        if simd.any(mask) {
            let [tail] = horner(simd, &TAIL, &[log.row_minus(simd, r, TAIL_MIDDLE)]);
            p[r] = simd.choose(mask, tail, p[r]);
            let mask = simd.less(y[r], simd.float(TAIL_ENDS));
            if simd.any(mask) {
                let [far] = horner(simd, &FAR, &[log.row_minus(simd, r, FAR_MIDDLE)]);
                p[r] = simd.choose(mask, far, p[r]);
            }
        }
    }
}
