//! The narrow dtypes: the f32 value rounded once, to nearest even, and never outside the bounds.

use counter_rng::{Distribution, Dtype, Element, Error};
use float8::F8E4M3;
use half::{bf16, f16};
use proptest::prelude::*;

/// A format as its definition has it, apart from the types that are tested.
#[derive(Clone, Copy, Debug)]
enum Format {
    /// Bits of the mantissa with the leading one, and the exponent of the smallest normal number.
    Ieee(i32, i32),
    /// OCP 8-bit floating point, E4M3: no infinity, 448 the largest.
    E4m3,
}

const F32: Format = Format::Ieee(24, -126);
const BF16: Format = Format::Ieee(8, -126);
const F16: Format = Format::Ieee(11, -14);

/// The number that an E4M3 code stands for, NaN for the two codes that are none.
fn e4m3(code: u8) -> f64 {
    let (exponent, mantissa) = (i32::from(code >> 3 & 15), f64::from(code & 7));
    let magnitude = match (exponent, code & 7) {
        (15, 7) => f64::NAN,
        (0, _) => mantissa / 8.0 * 2.0_f64.powi(-6),
        _ => (1.0 + mantissa / 8.0) * 2.0_f64.powi(exponent - 7),
    };
    if code >> 7 == 1 { -magnitude } else { magnitude }
}

impl Format {
    /// The spacing of the format around `x`.
    fn spacing(self, x: f64) -> f64 {
        let Self::Ieee(bits, least) = self else { return f64::NAN };
        let exponent = if x == 0.0 { least } else { (x.abs().log2().floor() as i32).max(least) };
        2.0_f64.powi(exponent - bits + 1)
    }

    /// Nearest, ties to the even mantissa.
    fn nearest(self, x: f64) -> f64 {
        let Self::E4m3 = self else { return (x / self.spacing(x)).round_ties_even() * self.spacing(x) };
        let codes = (0..=u8::MAX).filter(|&code| !e4m3(code).is_nan());
        let distance = |code: &u8| ((e4m3(*code) - x).abs(), code & 1, e4m3(*code).signum() != x.signum());
        let best =
            codes.min_by(|a, b| distance(a).partial_cmp(&distance(b)).unwrap_or(std::cmp::Ordering::Less));
        best.map_or(f64::NAN, e4m3)
    }

    /// The bounds moved inside to values of the format; an infinite one stays.
    fn inside(self, lo: f64, up: f64) -> (f64, f64) {
        if let Self::Ieee(..) = self {
            let to = |x: f64, round: fn(f64) -> f64| {
                if x.is_finite() { round(x / self.spacing(x)) * self.spacing(x) } else { x }
            };
            return (to(lo, f64::ceil), to(up, f64::floor));
        }
        let codes = || (0..=u8::MAX).map(e4m3).chain([f64::INFINITY, f64::NEG_INFINITY]);
        (
            codes().filter(|c| *c >= lo).fold(f64::INFINITY, f64::min),
            codes().filter(|c| *c <= up).fold(f64::NEG_INFINITY, f64::max),
        )
    }
}

/// Words all over the range, and the ends of both signs.
fn words() -> impl Strategy<Value = Vec<u64>> {
    let ends = [0, (1 << 63) - 1, 1 << 63, u64::MAX, 1 << 32, (1 << 63) + (1 << 32)];
    let shifted = (any::<u64>(), 0..40_u32, any::<bool>())
        .prop_map(|(w, by, sign)| (w << 1 >> 1 >> by) | u64::from(sign) << 63);
    prop::collection::vec(shifted, 1..40).prop_map(move |mut words| {
        words.extend(ends);
        words
    })
}

/// Distributions with and without bounds, from tiny to some hundreds, bounds of few and of many digits.
fn distribution() -> impl Strategy<Value = Distribution> {
    let parts = (0..4_u8, -1.0..1.0, -9.0..2.5, -3.0..3.0, 0.0..4.0, any::<bool>());
    parts.prop_filter_map(
        "no such distribution",
        |(kind, mean, scale, a, width, coarse): (_, f64, f64, f64, f64, _)| {
            let std = 10_f64.powf(scale);
            let (mut lo, mut up) = (std * a, std * (a + width));
            if coarse {
                (lo, up) = ((lo * 8.0).round() / 8.0, (up * 8.0).round() / 8.0);
            }
            match kind {
                0 => Distribution::constant(std * mean),
                1 => Distribution::uniform(lo, up),
                2 => Distribution::normal(std * mean, std),
                _ => Distribution::truncated_normal(std * mean, std, lo, up),
            }
            .ok()
        },
    )
}

/// A refusal for the dtype is one that the format itself calls for.
fn refused_rightly<T: Element>(format: Format, error: &Error, empty: bool) -> Result<(), TestCaseError> {
    let right = match error {
        Error::NothingBetween { .. } => empty,
        Error::Underflow { value, .. } => format.nearest(*value) == 0.0,
        // tests/stream_spread.rs holds this one against draws.
        Error::SpreadLost { std, rounded, .. } => (rounded - std).abs() > 0.05 * std,
        Error::Overflow { value, .. } => *value > T::MAX,
        _ => false,
    };
    prop_assert!(right, "{} {error}", T::NAME);
    Ok(())
}

/// The values of `T` are those of f32, rounded, then moved inside the bounds as `T` has them.
fn rounds_once<T: Element>(
    format: Format,
    distribution: Distribution,
    words: &[u64],
) -> Result<(), TestCaseError> {
    let (lo, up) = distribution.support();
    // A single point is rounded as a value is: to f32 first.
    let point = format.nearest(f64::from(lo as f32));
    let (low, high) = if lo == up { (point, point) } else { format.inside(lo, up) };
    let got = match distribution.values_of::<T>(words) {
        Ok(got) => got,
        Err(error) => return refused_rightly::<T>(format, &error, low > high),
    };
    let Ok(single) = distribution.values_of::<f32>(words) else { return Ok(()) };
    for (got, single) in got.into_iter().zip(single) {
        let expected = format.nearest(f64::from(single)).max(low).min(high);
        prop_assert_eq!(got.widen(), expected, "{} of {} in {:?}", T::NAME, single, (lo, up));
        prop_assert!(lo == up || lo <= got.widen() && got.widen() <= up, "{} in {:?}", T::NAME, (lo, up));
    }
    Ok(())
}

proptest! {
    #[test]
    fn narrow_values_are_rounded_f32_values(distribution in distribution(), words in words()) {
        rounds_once::<f32>(F32, distribution, &words)?;
        rounds_once::<bf16>(BF16, distribution, &words)?;
        rounds_once::<f16>(F16, distribution, &words)?;
        rounds_once::<F8E4M3>(Format::E4m3, distribution, &words)?;
    }

    #[test]
    fn f64_values_lie_inside(distribution in distribution(), words in words()) {
        let ((lo, up), Ok(values)) = (distribution.support(), distribution.values_of::<f64>(&words)) else { return Ok(()) };
        prop_assert!(values.iter().all(|v| lo <= *v && *v <= up), "{distribution:?}");
    }
}

/// Every tie and every neighbourhood of a tie between two codes, as constants, rounds to the even one.
#[test]
fn every_tie_goes_to_the_even_code() -> Result<(), Error> {
    let mut codes: Vec<f64> = (0..=u8::MAX).map(e4m3).filter(|v| !v.is_nan()).collect();
    codes.sort_by(f64::total_cmp);
    for pair in codes.windows(2) {
        let tie = (pair[0] + pair[1]) / 2.0;
        for value in [tie, tie * (1.0 - 1e-6), tie * (1.0 + 1e-6), pair[0]] {
            let expected = Format::E4m3.nearest(value);
            let Ok(got) = Distribution::constant(value)?.values_of::<F8E4M3>(&[0]) else {
                assert_eq!(expected, 0.0, "{value}");
                continue;
            };
            assert_eq!(got[0].widen(), expected, "{value}");
        }
    }
    Ok(())
}

/// The same for f16, subnormal ones too, and for bf16, each 61st code.
#[test]
fn ties_of_the_sixteen_bit_types() -> Result<(), Error> {
    for code in (1..0x7bff_u16).step_by(61) {
        let (low, high) = (f16::from_bits(code).to_f64(), f16::from_bits(code + 1).to_f64());
        let tie = (low + high) / 2.0;
        assert_eq!(
            Distribution::constant(tie)?.values_of::<f16>(&[0])?[0].to_f64(),
            F16.nearest(tie),
            "{tie}"
        );
        let (low, high) = (bf16::from_bits(code).to_f64(), bf16::from_bits(code + 1).to_f64());
        let tie = (low + high) / 2.0;
        assert_eq!(
            Distribution::constant(tie)?.values_of::<bf16>(&[0])?[0].to_f64(),
            BF16.nearest(tie),
            "{tie}"
        );
    }
    Ok(())
}
