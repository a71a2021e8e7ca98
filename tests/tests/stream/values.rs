//! The f32 and f64 values against the oracle, word by word, within stated bounds.

use counter_rng::{Distribution, Purpose, Stream};
use proptest::prelude::*;
use reference::{upper_quantile, value};

/// Units in the last place of f32 by which a standard normal may miss the exact quantile.
const NORMAL_ULPS: f64 = 3.64;
/// The same for a truncated one, in units of `2⁻²⁴·max(|z|, 1)·std`, beside the rounding of the value.
const TRUNCATED_UNITS: f64 = 16.0;
/// Relative error of the f64 quantile: the oracle's and the sampler's together.
const QUANTILE64: f64 = 1e-14;
const HALF_ULP: f64 = 1.0 / 16_777_216.0;
const SIGN: u32 = 1 << 31;

/// The distance between neighbouring f32 at `x`.
fn ulp(x: f64) -> f64 {
    2.0_f64.powi((x.abs().log2().floor() as i32 - 23).max(-149))
}

fn distribution(result: Result<Distribution, counter_rng::Error>) -> Result<Distribution, TestCaseError> {
    result.map_err(|e| TestCaseError::fail(e.to_string()))
}

/// Any word; or one that is nearly all zeros or ones behind the sign, where tail and median lie.
fn word() -> impl Strategy<Value = u32> {
    let shifted = (any::<u32>(), 1..32_u32).prop_map(|(w, by)| w >> by);
    let complement = (any::<u32>(), 1..32_u32).prop_map(|(w, by)| !SIGN ^ (w >> by));
    (any::<bool>(), prop_oneof![any::<u32>(), shifted, complement])
        .prop_map(|(sign, w)| w ^ if sign { SIGN } else { 0 })
}

fn words() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(word(), 1..64)
}

/// A window in standard deviations from the mean: around it, far out, narrow, one-sided.
fn window() -> impl Strategy<Value = (f64, f64)> {
    let narrow = (-5.0..5.0, -6.0..0.0).prop_map(|(a, e): (f64, f64)| (a, a + 10_f64.powf(e)));
    let far = (4.0..6.2).prop_map(|a| (a, f64::INFINITY));
    let fixed =
        prop::sample::select(vec![(5.0, 6.0), (4.0, f64::INFINITY), (-2.0, 2.0), (0.0, f64::INFINITY)]);
    let wide = (-6.0..3.0, 0.1..9.0).prop_map(|(a, width)| (a, a + width));
    (any::<bool>(), prop_oneof![narrow, far, fixed, wide])
        .prop_map(|(mirrored, (a, b))| if mirrored { (-b, -a) } else { (a, b) })
}

fn values_of<T: counter_rng::Element>(
    distribution: Distribution,
    words: &[u32],
    low: u32,
) -> Result<Vec<T>, TestCaseError> {
    let words: Vec<u64> = words.iter().map(|&w| u64::from(w) << 32 | u64::from(low)).collect();
    distribution.values_of(&words).map_err(|e| TestCaseError::fail(e.to_string()))
}

/// The exact upper quantile of a 63-bit magnitude over 2^64.
fn quantile64(magnitude: u64) -> f64 {
    const STEP: f64 = 1.0 / 18_446_744_073_709_551_616.0;
    let twice = 2 * u128::from(magnitude) + 1;
    upper_quantile(twice as f64 * STEP / 2.0, ((1_u128 << 64) - twice) as f64 * STEP / 2.0)
}

/// The quantile at `m·2⁻³²`, an edge of the cell of a 32-bit word; at 0, the largest of all 64-bit words.
fn edge(m: u32) -> f64 {
    const STEP: f64 = 1.0 / 4_294_967_296.0;
    if m == 0 { quantile64(0) } else { upper_quantile(f64::from(m) * STEP, f64::from(SIGN - m) * STEP) }
}

proptest! {
    /// Element `i` of a stream is what the oracle makes of word `i`.
    #[test]
    fn elements_are_the_oracles(seed: u64, name in ".{0,12}", start in 0..u64::MAX - 64) {
        let stream = Stream::new(seed, &name);
        let mut out = [0_f32; 64];
        let filled = stream.fill(&distribution(Distribution::normal(0.0, 1.0))?, start, &mut out);
        prop_assert_eq!(filled, Ok(()));
        for (i, got) in (start..).zip(out) {
            let exact = value::normal(stream.word(i), 0.0, 1.0);
            prop_assert!((f64::from(got) - exact).abs() <= NORMAL_ULPS * ulp(exact), "{} {got} {exact}", i);
        }
    }

    /// Standard normal: within [`NORMAL_ULPS`] for every word, and odd in the sign bit.
    #[test]
    fn normal_values(words in words()) {
        let got = values_of::<f32>(distribution(Distribution::normal(0.0, 1.0))?, &words, 0)?;
        let flipped: Vec<u32> = words.iter().map(|w| w ^ SIGN).collect();
        let negative = values_of::<f32>(distribution(Distribution::normal(0.0, 1.0))?, &flipped, 0)?;
        for ((w, got), negative) in words.into_iter().zip(got).zip(negative) {
            let exact = value::normal(w, 0.0, 1.0);
            prop_assert!((f64::from(got) - exact).abs() <= NORMAL_ULPS * ulp(exact), "{w:08x} {got} {exact}");
            prop_assert_eq!(got.to_bits(), (-negative).to_bits());
        }
    }

    /// Any mean and std: the quantile's error times std, the roundings of the two, and of the value.
    #[test]
    fn normal_values_of_any_distribution(words in words(), mean in -10.0..10.0, log_std in -5.0..4.0) {
        let std = 10_f64.powf(log_std);
        let got = values_of::<f32>(distribution(Distribution::normal(mean, std))?, &words, 0)?;
        for (w, got) in words.into_iter().zip(got) {
            let (z, exact) = (value::normal(w, 0.0, 1.0), value::normal(w, mean, std));
            let bound = std * (NORMAL_ULPS * ulp(z) + z.abs() * HALF_ULP) + (mean.abs() + ulp(exact)) * HALF_ULP;
            prop_assert!((f64::from(got) - exact).abs() <= bound + ulp(exact), "{w:08x} {got} {exact}");
        }
    }

    /// Uniform: the roundings of the two constants and of the value, `2⁻²³` of the larger bound.
    #[test]
    fn uniform_values(words in words(), lo in -10.0..10.0, width in 0.0..20.0) {
        let (lo, up): (f64, f64) = (lo, lo + width);
        let got = values_of::<f32>(distribution(Distribution::uniform(lo, up))?, &words, 0)?;
        let bound = 2.001 * HALF_ULP * lo.abs().max(up.abs());
        for (w, got) in words.into_iter().zip(got) {
            let exact = value::uniform(w, lo, up);
            prop_assert!((f64::from(got) - exact).abs() <= bound, "{w:08x} {got} {exact}");
        }
    }

    /// Truncated normal, windows far out and narrow ones included: see [`TRUNCATED_UNITS`].
    #[test]
    fn truncated_values(words in words(), (a, b) in window(), mean in -3.0..3.0, log_std in -3.0..1.0) {
        let std = 10_f64.powf(log_std);
        let (lo, up) = (mean + std * a, mean + std * b);
        let distribution = Distribution::truncated_normal(mean, std, lo, up);
        prop_assume!(distribution.is_ok());
        let distribution = distribution.map_err(|e| TestCaseError::fail(e.to_string()))?;
        let Ok(got) = values_of::<f32>(distribution, &words, 0) else { return Err(TestCaseError::reject("too narrow")) };
        for (w, got) in words.into_iter().zip(got) {
            let exact = value::truncated(w, mean, std, lo, up);
            let z = ((exact - mean) / std).abs().max(1.0);
            let bound = HALF_ULP * (TRUNCATED_UNITS * z * std + mean.abs()) + ulp(exact.abs().max(mean.abs()));
            prop_assert!((f64::from(got) - exact).abs() <= bound, "{w:08x} {got} {exact} in [{lo}, {up}]");
            prop_assert!(lo <= f64::from(got) && f64::from(got) <= up, "{w:08x} {got} in [{lo}, {up}]");
        }
    }

    /// A window without ends is no window: bit for bit in f32, to the last digits in f64.
    #[test]
    fn infinite_window_is_the_normal(words in words(), low: u32, mean in -3.0..3.0, log_std in -3.0..3.0) {
        let std = 10_f64.powf(log_std);
        let cut = distribution(Distribution::truncated_normal(mean, std, f64::NEG_INFINITY, f64::INFINITY))?;
        let whole = distribution(Distribution::normal(mean, std))?;
        let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        prop_assert_eq!(bits(values_of(cut, &words, low)?), bits(values_of(whole, &words, low)?));
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        prop_assert_eq!(bits(values_of(cut, &words, low)?), bits(values_of(whole, &words, low)?));
    }

    /// f64 is the exact quantile of its 64-bit word, and lies in the cell of the 32-bit word above it: so it
    /// differs from f32 by half that cell and the error of f32 at most.
    #[test]
    fn f64_values_refine_f32(words in words(), low: u32) {
        let normal = distribution(Distribution::normal(0.0, 1.0))?;
        let (wide, narrow) = (values_of::<f64>(normal, &words, low)?, values_of::<f32>(normal, &words, low)?);
        for ((w, wide), narrow) in words.into_iter().zip(wide).zip(narrow) {
            let (m, sign) = (w & !SIGN, if w & SIGN == 0 { 1.0 } else { -1.0 });
            let exact = quantile64(u64::from(m) << 32 | u64::from(low));
            prop_assert!((sign * wide - exact).abs() <= QUANTILE64 * exact, "{w:08x}{low:08x} {wide} {exact}");
            let (far, near, middle) = (edge(m), edge(m + 1), value::normal(m, 0.0, 1.0));
            prop_assert!(near * (1.0 - QUANTILE64) <= exact && exact <= far * (1.0 + QUANTILE64));
            let bound = (far - middle).max(middle - near) + NORMAL_ULPS * ulp(middle);
            prop_assert!((wide - f64::from(narrow)).abs() <= bound, "{w:08x}{low:08x} {wide} {narrow}");
        }
    }

    /// With the low word halfway, a 64-bit word is the middle of its 32-bit cell, which the oracle has.
    #[test]
    fn f64_truncated_values(words in words(), (a, b) in window(), mean in -3.0..3.0) {
        let distribution = Distribution::truncated_normal(mean, 0.5, mean + 0.5 * a, mean + 0.5 * b);
        prop_assume!(distribution.is_ok());
        let distribution = distribution.map_err(|e| TestCaseError::fail(e.to_string()))?;
        let words: Vec<u32> = words.into_iter().map(|w| w | 1 << 14).collect();
        for (&w, got) in words.iter().zip(values_of::<f64>(distribution, &words, SIGN)?) {
            let exact = value::truncated(w, mean, 0.5, mean + 0.5 * a, mean + 0.5 * b);
            prop_assert!((got - exact).abs() <= 1e-13, "{w:08x} {got} {exact} in [{a}, {b}]");
        }
    }

    #[test]
    fn f64_uniform_values(words in words(), low: u32, lo in -10.0..10.0, width in 0.0..20.0) {
        let (lo, up): (f64, f64) = (lo, lo + width);
        for (&w, got) in words.iter().zip(values_of::<f64>(distribution(Distribution::uniform(lo, up))?, &words, low)?) {
            let share = (u64::from(w) << 32 | u64::from(low)) as f64 / 2.0_f64.powi(64);
            prop_assert!((got - (lo + share * (up - lo))).abs() <= 2e-14, "{w:08x}{low:08x} {got}");
        }
    }
}

const PURPOSES: [Purpose; 3] = [Purpose::Values, Purpose::Permutation, Purpose::Auxiliary];

/// An f64 is made of the long word at its index, whatever the purpose.
#[test]
fn f64_takes_the_long_word_of_its_purpose() -> Result<(), counter_rng::Error> {
    let distribution = Distribution::normal(0.0, 1.0)?;
    for purpose in PURPOSES {
        let stream = Stream::with_purpose(3, "w", purpose);
        let words: Vec<u64> = (100..300).map(|i| stream.long_word(i)).collect();
        assert_eq!(distribution.values_of::<f64>(&words)?, stream.vec::<f64>(&distribution, 100..300)?);
    }
    Ok(())
}

/// The low 20 bits of the 53 that a uniform f64 in [0, 1) takes from its words.
fn low_bits(purpose: Purpose) -> Result<Vec<u64>, counter_rng::Error> {
    let values =
        Stream::with_purpose(3, "w", purpose).vec::<f64>(&Distribution::uniform(0.0, 1.0)?, 0..4096)?;
    Ok(values.iter().map(|v| (v * 9_007_199_254_740_992.0) as u64 & 0xf_ffff).collect())
}

/// No purpose shares the lower half of its f64 words with another, and none has two equal halves: of 4096 pairs of
/// 20 bits, 1 in 256 sequences has an equal pair by chance.
#[test]
fn purposes_differ_in_the_low_bits_of_f64_too() -> Result<(), counter_rng::Error> {
    let same = |a: &[u64], b: &[u64]| a.iter().zip(b).filter(|(a, b)| a == b).count();
    let [values, permutation, auxiliary] =
        [low_bits(PURPOSES[0])?, low_bits(PURPOSES[1])?, low_bits(PURPOSES[2])?];
    for (a, b) in [(&values, &permutation), (&values, &auxiliary), (&permutation, &auxiliary)] {
        assert!(same(a, b) <= 2, "{}", same(a, b));
    }
    for purpose in PURPOSES {
        let stream = Stream::with_purpose(3, "w", purpose);
        let halves = (0..4096).filter(|i| {
            let word = stream.long_word(*i);
            word >> 32 == word & 0xffff_ffff
        });
        assert_eq!(halves.count(), 0, "{purpose:?}");
    }
    Ok(())
}

/// The largest and the smallest magnitudes that one word can stand for.
#[test]
fn ends_of_the_normal() -> Result<(), counter_rng::Error> {
    let normal = Distribution::normal(0.0, 1.0)?;
    let [largest, smallest] = [0_u64, u64::MAX >> 1].map(|w| normal.values_of::<f32>(&[w]).map(|v| v[0]));
    assert!((largest? - 6.337_958).abs() < 2e-6 && (smallest? / 2.918_099_4e-10 - 1.0).abs() < 1e-6);
    assert!((normal.values_of::<f64>(&[0])?[0] - 9.155_27).abs() < 1e-4);
    Ok(())
}
