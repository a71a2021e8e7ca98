//! How many units may be off for a whole batch by chance.

use candle_init::Distribution;

/// One layer in a billion is called dead though it is not.
const TAIL: f64 = 1e-9;
/// Half the width and the step of the trapezium rule.
const REACH: i32 = 256;
const STEP: f64 = 1.0 / 32.0;

/// The share of `units` from which on a layer of units that are off for all of `samples` is no chance: the upper tail of
/// a binomial distribution whose probability is that of one unit, [`off`]. All units off pass nothing on, chance or not.
pub(crate) fn limit(units: usize, samples: usize, correlation: f64) -> f64 {
    let units = units.max(1);
    let p = off(samples, correlation);
    let (mut tail, mut count) = (0.0, units);
    // From the top down: the first count whose tail is no longer too unlikely is chance.
    let mut log = units as f64 * p.ln();
    while count > 0 {
        tail += log.exp();
        if tail >= TAIL {
            break;
        }
        // P(k − 1) = P(k)·k/(n − k + 1)·(1 − p)/p
        log += (count as f64 / (units - count + 1) as f64).ln() + (1.0 - p).ln() - p.ln();
        count -= 1;
    }
    ((count + 1) as f64 / units as f64).min(1.0)
}

/// The probability that a unit of random weights and no bias is off for all of `samples`, whose inputs have a mean
/// correlation `ρ`: of equally correlated normal numbers all are negative with probability `∫ φ(t)·Φ(t·√(ρ/(1 − ρ)))ⁿ dt`,
/// which is ½ for equal samples and `1/(n + 1)` for `ρ = ½`.
fn off(samples: usize, correlation: f64) -> f64 {
    let rho = if correlation.is_nan() { 1.0 } else { correlation.clamp(0.0, 1.0) };
    let Ok(normal) = Distribution::normal(0.0, 1.0) else { return 0.5 };
    if samples < 2 || rho > 0.9999 {
        return 0.5;
    }
    let slope = (rho / (1.0 - rho)).sqrt();
    let at = |i: i32| {
        let t = f64::from(i) * STEP;
        (-t * t / 2.0).exp() * normal.cdf(t * slope).powf(samples as f64) * STEP
    };
    let sum: f64 = (-REACH..=REACH).map(at).sum();
    (sum / (2.0 * std::f64::consts::PI).sqrt()).clamp(1e-12, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unit_is_off_as_the_closed_forms_say() {
        assert!((off(9, 0.5) - 0.1).abs() < 1e-9);
        assert!((off(5, 0.0) - 1.0 / 32.0).abs() < 1e-9);
        assert!((off(7, 1.0) - 0.5).abs() < 1e-12);
        // Two: ¼ + asin(ρ)/2π.
        let two = 0.25 + 0.3_f64.asin() / (2.0 * std::f64::consts::PI);
        assert!((off(2, 0.3) - two).abs() < 1e-9);
    }

    #[test]
    fn the_tail_is_exact() {
        // Of 64 fair coins, 56 heads or more have a tail of 2.8e-10, 55 or more of 1.8e-9.
        assert_eq!(limit(64, 1, 1.0), 56.0 / 64.0);
        // Four units that may all be off by chance are dead all the same if they are.
        assert_eq!(limit(4, 1, 1.0), 1.0);
        // Of samples that are apart hardly a unit is off for all.
        assert!(limit(32, 32, 0.1) < 0.2);
    }
}
