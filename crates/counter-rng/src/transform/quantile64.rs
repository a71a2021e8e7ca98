//! The quantile of the standard normal in binary64: algorithm AS 241.
//!
//! M. J. Wichura, "The percentage points of the normal distribution", Applied Statistics 37
//! (1988), routine PPND16: relative error about 1e-16. The logarithm is our own, so that no
//! platform's libm takes part.

#![allow(clippy::excessive_precision, reason = "the coefficients stand as they were published")]

use crate::kernel::Simd;
use crate::key::{LANES, Lanes, TILE};

/// `|x/2|` up to which the central rational function serves.
const CENTRAL: f64 = 0.425;
/// `0.425²`.
const CENTRAL_SQUARED: f64 = 0.180_625;
/// `r = √(−ln u)` at which the two tail functions meet, and their centres.
const FAR_FROM: f64 = 5.0;
const NEAR_CENTRE: f64 = 1.6;

type Rational = ([f64; 8], [f64; 8]);

/// Wichura's `a` and `b`, constant term first.
const CENTRE: Rational = (
    [
        3.387_132_872_796_366_608_0,
        133.141_667_891_784_377_45,
        1_971.590_950_306_551_442_7,
        13_731.693_765_509_461_125,
        45_921.953_931_549_871_457,
        67_265.770_927_008_700_853,
        33_430.575_583_588_128_105,
        2_509.080_928_730_122_672_7,
    ],
    [
        1.0,
        42.313_330_701_600_911_252,
        687.187_007_492_057_908_3,
        5_394.196_021_424_751_107_7,
        21_213.794_301_586_595_867,
        39_307.895_800_092_710_61,
        28_729.085_735_721_942_674,
        5_226.495_278_852_854_561_0,
    ],
);

/// Wichura's `c` and `d`.
const NEAR: Rational = (
    [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_7e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_4e-4,
    ],
    [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        6.897_673_349_851_000_045_5e-1,
        1.481_039_764_274_800_745_9e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
);

/// Wichura's `e` and `f`.
const FAR: Rational = (
    [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        2.965_605_718_285_048_912_3e-1,
        2.653_218_952_657_612_309_3e-2,
        1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0,
        5.998_322_065_558_879_376_9e-1,
        1.369_298_809_227_358_053_1e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
);

/// `1, 1/3, …, 1/21`: the series of `artanh(s)/s` in `s²`.
const ARTANH: [f64; 11] = [
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
    1.0 / 21.0,
];

/// `√½` as bits, without the last 20 bits of the mantissa.
const ROOT_HALF: i64 = 0x3fe6_a09e_0000_0000;

#[inline(always)]
fn horner<const K: usize, const N: usize>(coefficients: &[f64; K], r: &[f64; N]) -> [f64; N] {
    let mut sum = [coefficients[K - 1]; N];
    for c in coefficients[..K - 1].iter().rev() {
        for l in 0..N {
            sum[l] = sum[l].mul_add(r[l], *c);
        }
    }
    sum
}

#[inline(always)]
fn rational<const N: usize>((numerator, denominator): &Rational, r: &[f64; N]) -> [f64; N] {
    let (mut quotient, divisor) = (horner(numerator, r), horner(denominator, r));
    for l in 0..N {
        quotient[l] /= divisor[l];
    }
    quotient
}

/// `ln p` for positive normal `p`: `e·ln 2 + 2·artanh((m−1)/(m+1))` with `m` in `[√½, √2)`.
///
/// `|s| ≤ 0.1716`, so eleven terms leave 3e-18 out.
#[inline(always)]
fn ln<const N: usize>(p: &[f64; N]) -> [f64; N] {
    let (mut exponent, mut s, mut square) = ([0.0; N], [0.0; N], [0.0; N]);
    for l in 0..N {
        let bits = p[l].to_bits() as i64;
        // The shift of the high half is one of 32 bits, which every vector unit has.
        let e = ((bits - ROOT_HALF) >> 32) as i32 >> 20;
        let m = f64::from_bits((bits - (i64::from(e) << 52)) as u64);
        exponent[l] = f64::from(e);
        s[l] = (m - 1.0) / (m + 1.0);
        square[l] = s[l] * s[l];
    }
    let mut out = horner(&ARTANH, &square);
    for l in 0..N {
        out[l] = exponent[l].mul_add(std::f64::consts::LN_2, 2.0 * s[l] * out[l]);
    }
    out
}

/// The polynomial of a row.
#[inline(always)]
fn row_horner<S: Simd, const K: usize>(simd: S, coefficients: &[f64; K], r: S::Doubles) -> S::Doubles {
    let mut sum = simd.double(coefficients[K - 1]);
    for c in coefficients[..K - 1].iter().rev() {
        sum = simd.fma_doubles(sum, r, simd.double(*c));
    }
    sum
}

/// `z` for twice the smaller tail probability and `x = ±(1 − 2u)`, whose sign `z` takes; at most a tile of them.
#[inline(always)]
pub(crate) fn quantile<S: Simd, const R: usize>(
    simd: S,
    two_u: &[S::Doubles; R],
    x: &[S::Doubles; R],
) -> [S::Doubles; R] {
    let mut rows = [Lanes64::default(); R];
    for r in 0..R {
        rows[r] = central(simd, two_u[r], x[r]);
    }
    replace_tails(&mut rows);
    let mut z = *x;
    for r in 0..R {
        z[r] = simd.load_doubles(&rows[r].z);
    }
    z
}

/// A row in memory, where single lanes can be taken out: `z`, `2u` and `x/2`.
#[derive(Clone, Copy, Default)]
struct Lanes64 {
    z: Lanes<f64>,
    two_u: Lanes<f64>,
    q: Lanes<f64>,
}

/// `z` by the function that is right for most.
#[inline(always)]
fn central<S: Simd>(simd: S, two_u: S::Doubles, x: S::Doubles) -> Lanes64 {
    let q = simd.mul_doubles(simd.double(0.5), x);
    let r = simd.fma_doubles(simd.mul_doubles(simd.double(-0.5), x), q, simd.double(CENTRAL_SQUARED));
    let (numerator, denominator) = &CENTRE;
    let quotient = simd.div_doubles(row_horner(simd, numerator, r), row_horner(simd, denominator, r));
    let mut row = Lanes64::default();
    simd.store_doubles(simd.mul_doubles(quotient, q), &mut row.z);
    simd.store_doubles(two_u, &mut row.two_u);
    simd.store_doubles(q, &mut row.q);
    row
}

/// Tail lanes that are computed side by side.
const GROUP: usize = 8;

/// The tail's functions cost twice the central one's and 15 lanes of 100 need them: those are packed
/// together first, which changes no value.
#[inline(always)]
fn replace_tails<const R: usize>(rows: &mut [Lanes64; R]) {
    let (mut places, mut count) = ([(0, 0); TILE], 0);
    for r in 0..R {
        for l in 0..LANES {
            places[count % TILE] = (r, l);
            count += usize::from(rows[r].q[l].abs() > CENTRAL);
        }
    }
    for some in places[..count].chunks(GROUP) {
        let mut u = [0.25; GROUP];
        for (i, &(r, l)) in some.iter().enumerate() {
            u[i] = 0.5 * rows[r].two_u[l];
        }
        let tails = tail(&u);
        for (i, &(r, l)) in some.iter().enumerate() {
            rows[r].z[l] = tails[i].copysign(rows[r].q[l]);
        }
    }
}

/// `|z|` of small tail probabilities `u`.
#[inline(always)]
fn tail<const N: usize>(u: &[f64; N]) -> [f64; N] {
    let (mut r, mut near) = (ln(u), [0.0; N]);
    let mut far_out = 0;
    for l in 0..N {
        r[l] = (-r[l]).sqrt();
        near[l] = r[l] - NEAR_CENTRE;
        far_out |= u32::from(r[l] > FAR_FROM);
    }
    let z = rational(&NEAR, &near);
    if far_out == 0 { z } else { replace_far(z, &r) }
}

#[inline(always)]
fn replace_far<const N: usize>(mut z: [f64; N], r: &[f64; N]) -> [f64; N] {
    let mut centred = *r;
    for v in &mut centred {
        *v -= FAR_FROM;
    }
    let far = rational(&FAR, &centred);
    for l in 0..N {
        z[l] = if r[l] > FAR_FROM { far[l] } else { z[l] };
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Job, Kernel};

    #[test]
    fn logarithm_to_the_last_digits() {
        for p in [5e-1, 0.3, 0.0757, 1e-3, 2.5e-10, 1e-20, 1.6e-65] {
            assert!((ln(&[p; 4])[3] / libm::log(p) - 1.0).abs() < 4e-16, "{p}");
        }
    }

    /// The quantile by the portable kernel.
    fn portable(two_u: f64, x: f64) -> f64 {
        struct Row<'a>(f64, f64, &'a mut Lanes<f64>);
        impl Job for Row<'_> {
            fn run<S: Simd>(self, simd: S) {
                let [z] = quantile(simd, &[simd.double(self.0)], &[simd.double(self.1)]);
                simd.store_doubles(z, self.2);
            }
        }
        let mut out = [0.0; LANES];
        Kernel::Portable.run(Row(two_u, x, &mut out));
        out[5]
    }

    /// Wichura's own check values, and 2^-33 and 2^-65 by a 40-digit computation.
    #[test]
    fn published_percentage_points() {
        let points = [
            (0.25, -0.674_489_750_196_081_7),
            (0.001, -3.090_232_306_167_813_5),
            (1e-20, -9.262_340_089_798_408),
        ];
        for (u, z) in points {
            let got = portable(2.0 * u, -(1.0 - 2.0 * u));
            assert!((got / z - 1.0).abs() < 1e-15, "{u}: {got} {z}");
        }
    }
}
