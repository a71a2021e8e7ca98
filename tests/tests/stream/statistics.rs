//! The values as a sample: their distribution by moments, Kolmogorov's test and tail counts, and their independence.
//!
//! Fixed seeds; each check refuses a right sampler with probability 1e-12 (`stats::FALSE_ALARM`) and there are
//! fewer than 500, so the whole suite stays below 1e-9. At n = 4 Mi a mean off by 0.42 % of std or a std off by
//! 0.30 % is refused with 91 % probability (normal distribution), and a distribution function off by 0.0023 anywhere.
//! Every statistic is also fed data that are wrong by about 1 %, which it must refuse: of all distributions in CI, of the first
//! elsewhere.

use std::collections::HashSet;
use std::error::Error;

use acceptance::share::share;
use acceptance::stats::{self, FALSE_ALARM, LIMIT};
use counter_rng::{Distribution, Element, Purpose, Stream};
use half::bf16;
use reference::gauss;

type Outcome = Result<(), Box<dyn Error>>;

const N: u64 = 1 << 22;
/// Values per stream in the tests of independence.
const PART: u64 = 1 << 20;

/// A distribution of the crate with the oracle's.
type Pair = (Distribution, reference::Distribution);

fn distributions() -> Result<[Pair; 6], counter_rng::Error> {
    let open = f64::INFINITY;
    let cut = |mean, std, lo, up| {
        Distribution::truncated_normal(mean, std, lo, up)
            .map(|l| (l, reference::Distribution::TruncatedNormal(mean, std, lo, up)))
    };
    Ok([
        (Distribution::uniform(-0.7, 1.3)?, reference::Distribution::Uniform(-0.7, 1.3)),
        (Distribution::normal(0.0, 0.02)?, reference::Distribution::Normal(0.0, 0.02)),
        (Distribution::normal(0.25, 1.5)?, reference::Distribution::Normal(0.25, 1.5)),
        cut(0.0, 1.0, -2.0, 2.0)?,
        cut(1.0, 0.5, 1.2, open)?,
        cut(0.0, 1.0, -4.0, -3.0)?,
    ])
}

/// Mean, standard deviation and the whole distribution, as one verdict.
fn follows(values: &[f32], distribution: reference::Distribution) -> Result<(), String> {
    let [mean, std, kurtosis] = distribution.moments();
    stats::check_mean_std(values, mean, std, kurtosis)?;
    let p = stats::ks(values, distribution.cdf());
    if p > FALSE_ALARM { Ok(()) } else { Err(format!("Kolmogorov: p = {p:e}")) }
}

/// What must be refused: a std 1 % off on either side, a mean 1 % of it off, another distribution of the same mean and
/// std, nothing at all.
fn mutants(
    values: &[f32],
    distribution: reference::Distribution,
) -> Result<[Vec<f32>; 5], counter_rng::Error> {
    let [mean, std, _] = distribution.moments();
    let map = |f: &dyn Fn(f64) -> f64| values.iter().map(|&v| f(f64::from(v)) as f32).collect();
    let other = match distribution {
        reference::Distribution::Uniform(..) => Distribution::normal(mean, std)?,
        _ => Distribution::uniform(mean - std * 3_f64.sqrt(), mean + std * 3_f64.sqrt())?,
    };
    Ok([
        map(&|v| mean + (v - mean) * 1.01),
        map(&|v| mean + (v - mean) / 1.01),
        map(&|v| v + 0.01 * std),
        Stream::new(77, "mutant").vec(&other, 0..values.len() as u64)?,
        vec![0.0; values.len()],
    ])
}

#[test]
fn values_follow_their_distribution_and_mutants_do_not() -> Outcome {
    for (i, (distribution, oracle)) in distributions()?.into_iter().enumerate() {
        let mut values = Stream::new(i as u64, "statistics.weight").vec::<f32>(&distribution, 0..N)?;
        // Sorting a sorted sample again costs nothing: most mutants stay in order.
        values.sort_unstable_by(f32::total_cmp);
        follows(&values, oracle).map_err(|e| format!("{distribution:?}: {e}"))?;
        if i >= share(6) as usize {
            continue;
        }
        for (kind, mutant) in mutants(&values, oracle)?.iter().enumerate() {
            let [mean, std, kurtosis] = oracle.moments();
            // The other distribution has the right mean and std: only Kolmogorov's test can see it.
            assert_eq!(
                stats::check_mean_std(mutant, mean, std, kurtosis).is_ok(),
                kind == 3,
                "{distribution:?} {kind}"
            );
            assert!(stats::ks(mutant, oracle.cdf()) < FALSE_ALARM, "{distribution:?} {kind}");
        }
    }
    Ok(())
}

fn single<T: Element>(stream: Stream, distribution: &Distribution) -> Result<Vec<f32>, counter_rng::Error> {
    Ok(stream.vec::<T>(distribution, 0..N)?.into_iter().map(|v| v.widen() as f32).collect())
}

/// The words of f64 are the stream's own mixture of two; those of bf16 add a rounding of 2⁻⁹ at most, whose
/// effect on the moments is far below what is seen here.
#[test]
fn other_dtypes_follow_their_distribution() -> Outcome {
    for (distribution, oracle) in distributions()? {
        follows(&single::<f64>(Stream::new(5, "wide"), &distribution)?, oracle)?;
        let [mean, std, kurtosis] = oracle.moments();
        stats::assert_mean_std(
            &single::<bf16>(Stream::new(6, "narrow"), &distribution)?,
            mean,
            std,
            kurtosis,
            "bf16",
        );
    }
    Ok(())
}

/// The share beyond `z` on each side, in binomial standard errors: at 4, 133 of 4 Mi values.
fn tail_counts(values: &[f32], z: f32) -> [f64; 2] {
    let (n, p) = (values.len() as f64, gauss::upper(f64::from(z)));
    let count = |beyond: &dyn Fn(f32) -> bool| values.iter().filter(|v| beyond(**v)).count() as f64;
    [count(&|v| v > z), count(&|v| v < -z)].map(|got| (got - n * p) / (n * p * (1.0 - p)).sqrt())
}

/// Kolmogorov's test hardly looks at the tails; a distribution cut at 4 standard deviations is seen here.
#[test]
fn tails_are_there() -> Outcome {
    let stream = Stream::new(8, "tails");
    let normal = stream.vec::<f32>(&Distribution::normal(0.0, 1.0)?, 0..N)?;
    let cut = stream.vec::<f32>(&Distribution::truncated_normal(0.0, 1.0, -4.0, 4.0)?, 0..N)?;
    for z in [1.0, 2.0, 3.0, 4.0] {
        assert!(tail_counts(&normal, z).iter().all(|errors| errors.abs() < LIMIT), "{z}");
    }
    assert!(tail_counts(&cut, 4.0).iter().all(|errors| errors.abs() > LIMIT));
    assert!(stats::ks(&cut, |x| gauss::upper(-x)) > FALSE_ALARM, "the reason for this test");
    Ok(())
}

/// Streams that a weak key derivation would tie together.
fn neighbours() -> [Stream; 9] {
    [
        Stream::new(0, "a"),
        Stream::new(1, "a"),
        Stream::new(1 << 32, "a"),
        Stream::new(0, "b"),
        Stream::new(0, ""),
        Stream::new(0, "a.weight"),
        Stream::new(0, "b.weight"),
        Stream::with_purpose(0, "a", Purpose::Permutation),
        Stream::with_purpose(0, "a", Purpose::Auxiliary),
    ]
}

#[test]
fn streams_are_uncorrelated() -> Outcome {
    let distribution = Distribution::normal(0.0, 1.0)?;
    let parts: Vec<Vec<f32>> = neighbours()
        .iter()
        .map(|s| s.vec(&distribution, 0..PART))
        .collect::<Result<_, counter_rng::Error>>()?;
    for (i, j) in (0..parts.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        stats::check_uncorrelated(&parts[i], &parts[j]).map_err(|e| format!("{i} {j}: {e}"))?;
    }
    // A stream that leans on another by 1 % is seen.
    let leaning: Vec<f32> = parts[0].iter().zip(&parts[1]).map(|(a, b)| a + 0.01 * b).collect();
    assert!(stats::check_uncorrelated(&leaning, &parts[1]).is_err());
    Ok(())
}

/// Neighbours along a lane, a block, a row, a tile: the values, and their squares.
#[test]
fn elements_are_uncorrelated_at_every_distance() -> Outcome {
    let values = Stream::new(11, "lags").vec::<f32>(&Distribution::normal(0.0, 1.0)?, 0..PART + 4096)?;
    let squares: Vec<f32> = values.iter().map(|v| v * v).collect();
    let length = PART as usize;
    for lag in [1, 2, 3, 4, 15, 16, 17, 32, 48, 63, 64, 65, 128, 1024, 4096] {
        for sample in [&values, &squares] {
            let outcome = stats::check_uncorrelated(&sample[..length], &sample[lag..lag + length]);
            outcome.map_err(|e| format!("distance {lag}: {e}"))?;
        }
    }
    // The sum of neighbours, a hundredth of one in the other, is seen.
    let leaning: Vec<f32> = (0..length).map(|i| values[i] + 0.01 * values[i + 16]).collect();
    assert!(stats::check_uncorrelated(&leaning, &values[16..16 + length]).is_err());
    Ok(())
}

/// How many runs of four values occur more than once, in one stream or in two.
fn repeated_runs(parts: &[Vec<f32>]) -> usize {
    let runs = || parts.iter().flat_map(|values| values.windows(4));
    let distinct: HashSet<[u32; 4]> = runs().map(|r| [r[0], r[1], r[2], r[3]].map(f32::to_bits)).collect();
    runs().count() - distinct.len()
}

/// Streams do not overlap, whatever the offset: four equal uniform values in a row have probability 2⁻⁹⁶, and
/// the 2³⁹ pairs of runs here make that 2⁻⁵⁷.
#[test]
fn no_run_of_values_comes_twice() -> Outcome {
    let distribution = Distribution::uniform(-1.0, 1.0)?;
    let mut parts: Vec<Vec<f32>> = neighbours()
        .iter()
        .map(|s| s.vec(&distribution, 0..1 << 16))
        .collect::<Result<_, counter_rng::Error>>()?;
    assert_eq!(repeated_runs(&parts), 0);
    parts.push(neighbours()[2].vec(&distribution, 65_000..65_100)?);
    assert_eq!(repeated_runs(&parts), 97, "an overlap of one stream with itself is seen");
    Ok(())
}

/// The distribution's own distribution function and moments are the oracle's.
#[test]
fn stated_moments_and_distribution_agree_with_the_oracle() -> Outcome {
    for (distribution, oracle) in distributions()? {
        let [mean, std, _] = oracle.moments();
        assert!(
            (distribution.mean() - mean).abs() < 1e-9 * std && (distribution.std() / std - 1.0).abs() < 1e-7,
            "{distribution:?}"
        );
        for k in -40..=40 {
            let x = mean + 0.1 * f64::from(k) * std;
            assert!((distribution.cdf(x) - oracle.cdf()(x)).abs() < 1e-12, "{distribution:?} {x}");
        }
    }
    Ok(())
}
