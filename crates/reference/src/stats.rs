//! Statistics of samples, each with its false alarms counted.
//!
//! Seeds are fixed, so a check that passes today passes always; the limits say how likely a *right* sampler
//! would have been refused when the seed was chosen. One check refuses with probability [`FALSE_ALARM`]; a
//! suite of a thousand checks stays below 1e-9 (Bonferroni). What a check can see grows with `n`: a shift of
//! the mean by `8.5·std/√n` is refused with 91 % probability, and so on by the standard errors stated below.

/// With which probability one check refuses a right sampler.
pub const FALSE_ALARM: f64 = 1e-12;

/// Standard errors beyond which a statistic is refused: `P(|Z| > LIMIT) = FALSE_ALARM` for a normal `Z`.
pub const LIMIT: f64 = 7.130_506;

/// Size, mean, standard deviation and kurtosis of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// How many values.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// The root of their mean square distance from the mean.
    pub std: f64,
    /// Their mean fourth power of that distance over `std⁴`: 3 for a normal distribution, 1.8 for a uniform one.
    pub kurtosis: f64,
}

/// The moments of `values`, summed in `f64` in two passes.
#[must_use]
pub fn moments(values: &[f32]) -> Moments {
    let n = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let squares = || values.iter().map(|&v| (f64::from(v) - mean) * (f64::from(v) - mean));
    let (variance, fourth) = (squares().sum::<f64>() / n, squares().map(|s| s * s).sum::<f64>() / n);
    Moments { n: values.len(), mean, std: variance.sqrt(), kurtosis: fourth / (variance * variance) }
}

/// Mean, std and kurtosis of the finite values, in two passes over `f64`, their least and largest, and how many zeros, NaN and
/// infinities there are: what an inspection says, by the definition.
#[must_use]
pub fn described(values: &[f64]) -> [f64; 8] {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let n = finite.len() as f64;
    let mean = finite.iter().sum::<f64>() / n;
    let power = |k: i32| finite.iter().map(|v| (v - mean).powi(k)).sum::<f64>() / n;
    let count = |is: fn(&f64) -> bool| values.iter().filter(|v| is(v)).count() as f64;
    let (min, max) =
        finite.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
    let kurtosis = power(4) / power(2).powi(2);
    let (zeros, nan, infinite) = (count(|v| *v == 0.0), count(|v| v.is_nan()), count(|v| v.is_infinite()));
    [mean, power(2).sqrt(), kurtosis, min, max, zeros, nan, infinite]
}

/// Whether `values` have the mean and the standard deviation of an initializer with that kurtosis.
///
/// The standard error of the mean is `std/√n`, that of the standard deviation `std·√((kurtosis − 1)/4n)`: at
/// `n` = 4 Mi a normal sample is refused with 91 % probability when its mean is off by 0.42 % of `std`, or its
/// `std` by 0.30 %.
///
/// # Errors
/// Which of the two is off, and by how many standard errors.
pub fn check_mean_std(values: &[f32], mean: f64, std: f64, kurtosis: f64) -> Result<(), String> {
    let (got, n) = (moments(values), values.len() as f64);
    let mean_z = (got.mean - mean) / (std / n.sqrt());
    let std_z = (got.std - std) / (std * ((kurtosis - 1.0) / (4.0 * n)).sqrt());
    for (name, got, expected, z) in [("mean", got.mean, mean, mean_z), ("std", got.std, std, std_z)] {
        if z.is_nan() || z.abs() >= LIMIT {
            return Err(format!("{name} {got} for {expected}: {z:.1} standard errors at n = {n}"));
        }
    }
    Ok(())
}

/// [`check_mean_std`] as an assertion; `what` names the sample.
///
/// # Panics
/// Where the check fails.
#[track_caller]
pub fn assert_mean_std(values: &[f32], mean: f64, std: f64, kurtosis: f64, what: &str) {
    let outcome = check_mean_std(values, mean, std, kurtosis);
    assert!(outcome.is_ok(), "{what}: {outcome:?}");
}

/// The p-value of Kolmogorov's test that `values` follow the continuous distribution `cdf`.
///
/// With `D` the largest distance between the two distribution functions and
/// `λ = D·(√n + 0.12 + 0.11/√n)`, `p = 2·Σ (−1)^(k−1)·exp(−2k²λ²)` (M. A. Stephens, J. R. Stat. Soc. B 32,
/// 1970). At `n` = 4 Mi it is below [`FALSE_ALARM`] from `D` = 0.0019 on; a `std` off by 1 % makes 0.0024.
#[must_use]
pub fn ks(values: &[f32], cdf: impl Fn(f64) -> f64) -> f64 {
    let n = values.len() as f64;
    kolmogorov(distance(values, &cdf) * (n.sqrt() + 0.12 + 0.11 / n.sqrt()))
}

/// The largest distance between the distribution function of a sample and `cdf`.
fn distance(values: &[f32], cdf: &dyn Fn(f64) -> f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let n = sorted.len() as f64;
    let apart = |(i, &v): (usize, &f32)| {
        let p = cdf(f64::from(v));
        (p - i as f64 / n).max((i + 1) as f64 / n - p)
    };
    sorted.iter().enumerate().map(apart).fold(0.0, f64::max)
}

/// The upper tail of Kolmogorov's distribution.
fn kolmogorov(lambda: f64) -> f64 {
    if lambda < 0.2 {
        return 1.0; // To 1e-12; the series converges slowly there.
    }
    let term = |k: i32| f64::from(1 - 2 * ((k + 1) % 2)) * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
    (2.0 * (1..=40).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

/// Pearson's correlation of two samples of one length.
#[must_use]
pub fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let (of_a, of_b) = (moments(a), moments(b));
    let product = |(&x, &y): (&f32, &f32)| (f64::from(x) - of_a.mean) * (f64::from(y) - of_b.mean);
    a.iter().zip(b).map(product).sum::<f64>() / (a.len() as f64 * of_a.std * of_b.std)
}

/// Whether two samples of one length are uncorrelated: the standard error of the correlation is `1/√n`, so at
/// `n` = 1 Mi a correlation of 0.0083 is refused with 91 % probability.
///
/// # Errors
/// The correlation and its standard errors.
pub fn check_uncorrelated(a: &[f32], b: &[f32]) -> Result<(), String> {
    let r = correlation(a, b);
    let z = r * (a.len() as f64).sqrt();
    if z.abs() < LIMIT { Ok(()) } else { Err(format!("correlation {r:.2e}: {z:.1} standard errors")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_and_false_alarm_are_one() {
        let tail = 2.0 * crate::gauss::upper(LIMIT);
        assert!((tail / FALSE_ALARM - 1.0).abs() < 1e-4, "{tail:e}");
    }

    #[test]
    fn moments_of_a_few_numbers() {
        let got = moments(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!((got.n, got.mean, got.std), (4, 2.5, 1.25_f64.sqrt()));
        assert!((got.kurtosis - 1.64).abs() < 1e-12);
    }

    /// Critical values from the tables: 10 %, 1 %, 0.1 %.
    #[test]
    fn kolmogorov_has_the_published_critical_values() {
        for (lambda, p) in [(1.223_85, 0.1), (1.627_62, 0.01), (1.949_47, 0.001)] {
            assert!((kolmogorov(lambda) / p - 1.0).abs() < 1e-4, "{lambda}");
        }
        assert!(kolmogorov(0.2) > 1.0 - 1e-11);
    }

    #[test]
    fn even_steps_pass_and_bent_ones_fail() {
        let even: Vec<f32> = (0..10_000).map(|i| (i as f32 + 0.5) / 10_000.0).collect();
        let bent: Vec<f32> = even.iter().map(|v| v * v).collect();
        assert!(ks(&even, |x| x) > 0.999 && ks(&bent, |x| x) < FALSE_ALARM);
        assert_mean_std(&even, 0.5, 1.0 / 12_f64.sqrt(), 1.8, "even steps");
        assert!(check_mean_std(&bent, 0.5, 1.0 / 12_f64.sqrt(), 1.8).is_err());
        assert!(check_mean_std(&[f32::NAN; 4], 0.5, 1.0, 1.8).is_err());
        assert!((correlation(&even, &even) - 1.0).abs() < 1e-9);
        assert!(check_uncorrelated(&even, &bent).is_err());
    }
}
