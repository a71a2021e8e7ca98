//! Every word there is: the accuracy of the f32 normal, and the exact moments of the distributions. Minutes, so on demand:
//! `cargo test --release -p acceptance --test stream_exhaustive -- --ignored --nocapture`

use std::error::Error;

use counter_rng::Distribution;
use rayon::prelude::*;
use reference::value;

type Outcome = Result<(), Box<dyn Error>>;

/// Words that a thread takes at a time.
const CHUNK: u64 = 1 << 20;
/// Distance from the exact quantile that the contract allows.
const LIMIT_ULPS: f64 = 4.0;
/// Steps of the histogram: eighths of an ulp up to the limit.
const STEPS: usize = 32;

/// The values of words `chunk·CHUNK ..`.
fn values(distribution: Distribution, chunk: u64) -> Result<Vec<f32>, counter_rng::Error> {
    let words: Vec<u64> = (chunk * CHUNK..(chunk + 1) * CHUNK).map(|w| w << 32).collect();
    distribution.values_of(&words)
}

/// The distance between neighbouring f32 at `x`, read off its exponent.
fn ulp(x: f64) -> f64 {
    f64::from_bits((x.to_bits() >> 52 << 52) - (23 << 52))
}

/// Distances from the exact quantile: the largest with its magnitude, and how many in each eighth of an ulp.
#[derive(Clone)]
struct Accuracy {
    worst: (f64, u32),
    counts: [u64; STEPS],
    beyond: u64,
}

impl Accuracy {
    const NONE: Self = Self { worst: (0.0, 0), counts: [0; STEPS], beyond: 0 };

    fn of(chunk: u64) -> Result<Self, counter_rng::Error> {
        let mut all = Self::NONE;
        for (m, got) in (chunk * CHUNK..).zip(values(Distribution::normal(0.0, 1.0)?, chunk)?) {
            let exact = value::normal(m as u32, 0.0, 1.0);
            let distance = (f64::from(got) - exact).abs() / ulp(exact);
            match all.counts.get_mut((distance * 8.0) as usize) {
                Some(count) => *count += 1,
                None => all.beyond += 1,
            }
            if distance > all.worst.0 {
                all.worst = (distance, m as u32);
            }
        }
        Ok(all)
    }

    fn and(mut self, other: Self) -> Self {
        if other.worst.0 > self.worst.0 {
            self.worst = other.worst;
        }
        self.counts.iter_mut().zip(other.counts).for_each(|(a, b)| *a += b);
        self.beyond += other.beyond;
        self
    }

    fn share_below(&self, ulps: usize) -> f64 {
        self.counts[..8 * ulps].iter().sum::<u64>() as f64 / 2_147_483_648.0
    }
}

#[test]
#[ignore = "all 2^31 magnitudes"]
fn every_normal_value_is_within_four_ulps() -> Outcome {
    let parts = (0..(1 << 31) / CHUNK).into_par_iter().map(Accuracy::of);
    let all = parts.try_reduce(|| Accuracy::NONE, |a, b| Ok(a.and(b)))?;
    let (worst, m) = all.worst;
    println!("largest distance {worst:.4} ulp at m = {m} (z = {})", value::normal(m, 0.0, 1.0));
    for (i, count) in all.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        println!("  {:5.3} to {:5.3} ulp: {count}", i as f64 / 8.0, (i + 1) as f64 / 8.0);
    }
    println!("within 1, 2, 3 ulp: {:?}", [1, 2, 3].map(|n| all.share_below(n)));
    assert_eq!(all.beyond, 0, "beyond {LIMIT_ULPS} ulp");
    assert!(worst <= LIMIT_ULPS);
    Ok(())
}

/// A sum that carries what its additions round away (A. Neumaier, ZAMM 54, 1974).
#[derive(Clone, Copy)]
struct Sum(f64, f64);

impl Sum {
    fn add(self, x: f64) -> Self {
        let sum = self.0 + x;
        let lost = if self.0.abs() >= x.abs() { self.0 - sum + x } else { x - sum + self.0 };
        Self(sum, self.1 + lost)
    }

    fn total(self) -> f64 {
        self.0 + self.1
    }
}

/// Sums of the first four powers over one chunk of words.
fn power_sums(distribution: Distribution, chunk: u64) -> Result<[Sum; 4], counter_rng::Error> {
    let mut sums = [Sum(0.0, 0.0); 4];
    for value in values(distribution, chunk)?.into_iter().map(f64::from) {
        let square = value * value;
        let powers = [value, square, square * value, square * square];
        for (sum, power) in sums.iter_mut().zip(powers) {
            *sum = sum.add(power);
        }
    }
    Ok(sums)
}

/// `[mean, std, kurtosis]` over all 2³² words.
fn moments(distribution: Distribution) -> Result<[f64; 3], counter_rng::Error> {
    let parts = (0..(1_u64 << 32) / CHUNK).into_par_iter().map(|chunk| power_sums(distribution, chunk));
    let zero = || [Sum(0.0, 0.0); 4];
    let merge = |a: [Sum; 4], b: [Sum; 4]| std::array::from_fn(|i| a[i].add(b[i].0).add(b[i].1));
    let sums = parts.try_reduce(zero, |a, b| Ok(merge(a, b)))?;
    let [m1, m2, m3, m4] = sums.map(|sum| sum.total() / 4_294_967_296.0);
    let variance = m2 - m1 * m1;
    let fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4);
    Ok([m1, variance.sqrt(), fourth / (variance * variance)])
}

/// Over all words a distribution has the moments that it states: mean to 1e-7 of std, std and kurtosis to 1e-6.
#[test]
#[ignore = "all 2^32 words of each distribution"]
fn exact_moments_of_the_laws() -> Outcome {
    let cut = |a, b| {
        Distribution::truncated_normal(0.0, 1.0, a, b)
            .map(|l| (l, reference::Distribution::TruncatedNormal(0.0, 1.0, a, b)))
    };
    let pairs = [
        (Distribution::normal(0.0, 1.0)?, reference::Distribution::Normal(0.0, 1.0)),
        (Distribution::uniform(-1.0, 1.0)?, reference::Distribution::Uniform(-1.0, 1.0)),
        cut(-2.0, 2.0)?,
        cut(-1.0, 3.0)?,
    ];
    for (distribution, oracle) in pairs {
        let ([mean, std, kurtosis], stated) = (moments(distribution)?, oracle.moments());
        println!("{distribution:?}\n  mean {mean:e} (stated {:e})", stated[0]);
        println!("  std {std:.12} / stated - 1 = {:.2e}", std / stated[1] - 1.0);
        println!("  variance {:.12}", std * std);
        println!("  kurtosis {kurtosis:.12} / stated - 1 = {:.2e}", kurtosis / stated[2] - 1.0);
        assert!((mean - stated[0]).abs() < 1e-7 * std, "{distribution:?}");
        assert!(
            (std / stated[1] - 1.0).abs() < 1e-6 && (kurtosis / stated[2] - 1.0).abs() < 1e-6,
            "{distribution:?}"
        );
    }
    Ok(())
}
