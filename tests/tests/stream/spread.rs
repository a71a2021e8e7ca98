//! A dtype that is too coarse for a distribution refuses it, and what it accepts has the spread that was asked.

use acceptance::share::share;
use counter_rng::{Distribution, Element, Error, Stream};
use float8::F8E4M3;
use half::{bf16, f16};
use proptest::prelude::*;

/// Largest share that docs/stream.md allows.
const SHARE: f64 = 0.05;
/// Enough draws that seven standard errors of a normal's standard deviation are below 1 %.
const DRAWS: u64 = 1 << 18;
/// So many standard errors come once in 10¹¹.
const ERRORS: f64 = 7.0;

/// The standard deviation of draws in the dtype, and its standard error as a share of it, by their fourth moment: where most
/// values round to one, a few that do not are all the spread.
fn drawn<T: Element>(distribution: &Distribution) -> Result<[f64; 2], Error> {
    let values = Stream::new(5, "spread").vec::<T>(distribution, 0..DRAWS)?;
    let first = values[0].widen();
    let share = 1.0 / DRAWS as f64;
    let mean = values.iter().map(|v| (v.widen() - first) * share).sum::<f64>();
    let unit = distribution.std(); // an integral of a narrow window, so once
    let [second, fourth] = values
        .iter()
        .map(|v| ((v.widen() - first - mean) / unit).powi(2))
        .fold([0.0; 2], |[second, fourth], square| {
            [second + square * share, fourth + square * square * share]
        });
    let error = if second > 0.0 { (fourth / (second * second) - 1.0) * share / 4.0 } else { 0.0 };
    Ok([second.sqrt() * unit, error.max(0.0).sqrt()])
}

/// The standard deviation that the refusal states.
fn refused<T: Element>(distribution: Distribution) -> Option<f64> {
    match drawn::<T>(&distribution) {
        Err(Error::SpreadLost { rounded, .. }) => Some(rounded),
        _ => None,
    }
}

#[test]
fn weights_that_would_vanish_are_refused() -> Result<(), Error> {
    let cut = |std: f64| Distribution::truncated_normal(0.0, std, -2.0 * std, 2.0 * std);
    assert_eq!(refused::<F8E4M3>(Distribution::uniform(-0.0015, 0.0015)?), Some(0.0));
    assert_eq!(refused::<F8E4M3>(cut(0.0007)?), Some(0.0));
    assert_eq!(refused::<f16>(Distribution::uniform(-4e-8, 4e-8)?), Some(0.0));
    assert!(refused::<f16>(Distribution::normal(0.0, 1e-9)?).is_some_and(|std| std < 1e-30));
    // Not zeros, but another spread: 25 % less, all of it, all of it beside a mean.
    let quarter = refused::<F8E4M3>(Distribution::uniform(-0.0039, 0.0039)?);
    assert!(quarter.is_some_and(|std| (std / (0.0039 / 3_f64.sqrt()) - 0.75).abs() < 0.01), "{quarter:?}");
    assert!(refused::<bf16>(Distribution::normal(1.0, 1e-4)?).is_some_and(|std| std < 1e-30));
    assert!(refused::<f32>(Distribution::normal(1.0, 1e-9)?).is_some_and(|std| std < 1e-30));
    assert!(refused::<f64>(Distribution::normal(1.0, 1e-18)?).is_some_and(|std| std < 1e-30));
    // The step of a uniform f32 would be below the smallest f32: all values one, in bf16 too.
    let thin = Distribution::uniform(-2_f64.powi(-130), 2_f64.powi(-130))?;
    assert_eq!(
        (refused::<f32>(thin), refused::<bf16>(thin), thin.fits::<f64>()),
        (Some(0.0), Some(0.0), Ok(()))
    );
    Ok(())
}

#[test]
fn ordinary_weights_are_accepted() -> Result<(), Error> {
    for std in [0.002, 0.004, 0.02, 0.3, 1.0, 5.0] {
        assert_eq!(Distribution::normal(0.0, std)?.fits::<F8E4M3>(), Ok(()));
    }
    for std in [1e-6, 1e-3, 0.02, 1.0, 100.0] {
        let cut = Distribution::truncated_normal(0.0, std, -2.0 * std, 2.0 * std)?;
        assert_eq!((cut.fits::<f16>(), cut.fits::<bf16>()), (Ok(()), Ok(())));
    }
    // A scale around one, and no spread at all.
    assert_eq!(Distribution::normal(1.0, 0.02)?.fits::<bf16>(), Ok(()));
    assert_eq!(Distribution::normal(1.0, 0.0)?.fits::<bf16>(), Ok(()));
    Ok(())
}

#[test]
fn the_message_says_what_would_happen_and_what_to_do() -> Result<(), Error> {
    let error = Distribution::uniform(-0.0015, 0.0015)?.fits::<F8E4M3>().err().map(|error| error.to_string());
    let expected = "rounding to f8e4m3 would turn the std of 8.6603e-4 into 0.0000e0, more than 5 % off: use a larger std or a \
                    wider dtype";
    assert_eq!(error.as_deref(), Some(expected));
    Ok(())
}

/// Spreads from a tenth of a step of the coarsest dtype to a hundred, around zero, near it or near one.
fn distribution() -> impl Strategy<Value = Distribution> {
    let parts = (0..3_u8, prop_oneof![-9.0..0.0, -45.0..-28.0], -4.0..4.0, -3.0..1.0, 0.2..4.0, 0..3_u8);
    parts.prop_filter_map(
        "no such distribution",
        |(kind, scale, mean, a, width, near): (_, f64, f64, f64, f64, _)| {
            let std = 10_f64.powf(scale);
            let mean = [0.0, std * mean, 1.0 + std * mean][usize::from(near)];
            match kind {
                0 => Distribution::uniform(mean - std * width, mean + std * width),
                1 => Distribution::normal(mean, std),
                _ => Distribution::truncated_normal(mean, std, mean + std * a, mean + std * (a + width)),
            }
            .ok()
            .filter(|distribution| distribution.std() > 0.0)
        },
    )
}

/// An accepted distribution has its spread in draws; a refused one has not, as far as draws of f32 tell.
fn kept<T: Element>(distribution: &Distribution) -> Result<(), TestCaseError> {
    let shift = |std: f64| (std / distribution.std() - 1.0).abs();
    match drawn::<T>(distribution) {
        Ok([std, error]) => {
            prop_assert!(shift(std) < SHARE + ERRORS * error, "{} {distribution:?}: {std}", T::NAME);
        }
        Err(Error::SpreadLost { std, rounded, dtype }) => {
            prop_assert!(shift(rounded) > SHARE && std == distribution.std() && dtype == T::NAME);
        }
        Err(Error::NothingBetween { .. } | Error::Overflow { .. }) => {}
        Err(other) => prop_assert!(false, "{other}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(share(128)))]

    #[test]
    fn what_is_accepted_has_its_spread(distribution in distribution()) {
        kept::<F8E4M3>(&distribution)?;
        kept::<f16>(&distribution)?;
        kept::<bf16>(&distribution)?;
        kept::<f32>(&distribution)?;
    }
}
