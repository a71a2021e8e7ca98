//! Every refusal of the random stream: the variant, its message, and the buffer as it was.

use counter_rng::{Distribution, Element, Error, Stream};
use float8::F8E4M3;
use half::{bf16, f16};

const INFINITE: f64 = f64::INFINITY;

/// A fill that must be refused; the buffer must keep every value.
fn refused<T: Element>(distribution: Result<Distribution, Error>) -> Result<Error, Error> {
    let mut out = vec![T::nearest(3.0); 100];
    let outcome = Stream::new(1, "refused").fill(&distribution?, 0, &mut out);
    assert!(out.iter().all(|v| *v == T::nearest(3.0)), "the buffer was touched");
    outcome.err().ok_or(Error::ZeroStd)
}

fn message<T>(result: Result<T, Error>) -> String {
    result.err().map_or("no error".into(), |e| e.to_string())
}

#[test]
fn parameters_that_are_no_number() {
    for bad in [f64::NAN, INFINITE, -INFINITE] {
        let distributions = [
            ("value", Distribution::constant(bad)),
            ("lo", Distribution::uniform(bad, 1.0)),
            ("up", Distribution::uniform(0.0, bad)),
            ("mean", Distribution::normal(bad, 1.0)),
            ("std", Distribution::normal(0.0, bad)),
            ("mean", Distribution::truncated_normal(bad, 1.0, 0.0, 1.0)),
            ("std", Distribution::truncated_normal(0.0, bad, 0.0, 1.0)),
        ];
        for (name, distribution) in distributions {
            assert!(
                matches!(distribution, Err(Error::NotFinite { parameter, value })
                    if parameter == name && value.to_bits() == bad.to_bits()),
                "{name} {distribution:?}"
            );
        }
    }
    assert_eq!(message(Distribution::normal(0.0, f64::NAN)), "std is NaN: a finite number is required");
}

#[test]
fn spreads_and_intervals_that_no_distribution_has() {
    assert_eq!(Distribution::normal(0.0, -0.1), Err(Error::NegativeStd { std: -0.1 }));
    assert_eq!(
        message(Distribution::normal(0.0, -0.1)),
        "std is -0.1: a standard deviation is zero or positive; did you mean 0.1?"
    );
    assert_eq!(Distribution::truncated_normal(0.0, 0.0, -1.0, 1.0), Err(Error::ZeroStd));
    assert_eq!(Distribution::truncated_normal(0.0, -2.0, -1.0, 1.0), Err(Error::NegativeStd { std: -2.0 }));
    assert_eq!(Distribution::uniform(1.0, 0.5), Err(Error::EmptyInterval { lo: 1.0, up: 0.5 }));
    assert_eq!(
        message(Distribution::uniform(1.0, 0.5)),
        "the interval [1, 0.5] is empty: give a lower bound below the upper one"
    );
    for (lo, up) in [(1.0, 1.0), (2.0, 1.0), (INFINITE, -INFINITE), (INFINITE, INFINITE)] {
        assert_eq!(Distribution::truncated_normal(0.0, 1.0, lo, up), Err(Error::EmptyInterval { lo, up }));
    }
    let nan = Distribution::truncated_normal(0.0, 1.0, f64::NAN, 1.0);
    assert!(matches!(nan, Err(Error::EmptyInterval { .. })), "{nan:?}");
}

/// The limit is a probability of 2⁻³², that of the upper tail from z = 6.2306 on.
#[test]
fn windows_too_improbable_to_draw_from() {
    assert!(Distribution::truncated_normal(0.0, 1.0, 6.2, INFINITE).is_ok());
    assert!(Distribution::truncated_normal(0.0, 1.0, -INFINITE, -6.2).is_ok());
    let far = Distribution::truncated_normal(0.0, 1.0, 6.25, INFINITE);
    assert!(
        matches!(far, Err(Error::ImprobableWindow { probability, .. }) if probability < 0.5_f64.powi(32))
    );
    let narrow = Distribution::truncated_normal(0.0, 1.0, 0.0, 1e-10);
    assert!(matches!(narrow, Err(Error::ImprobableWindow { .. })), "{narrow:?}");
    assert_eq!(
        message(Distribution::truncated_normal(0.0, 0.02, 1.0, 2.0)),
        "a normal with mean 0 and std 0.02 falls into [1, 2] with probability 0.0e0, below 2^-32: move the \
         window towards the mean, or use a uniform distribution"
    );
}

#[test]
fn distributions_beyond_the_dtype() -> Result<(), Error> {
    let reaches = [
        refused::<f16>(Distribution::normal(0.0, 20_000.0))?,
        refused::<F8E4M3>(Distribution::uniform(0.0, 449.0))?,
        refused::<f32>(Distribution::constant(1e39))?,
        refused::<bf16>(Distribution::constant(-3.4e38))?,
        refused::<f64>(Distribution::normal(0.0, 1e308))?,
        refused::<f16>(Distribution::truncated_normal(0.0, 1e5, 0.0, INFINITE))?,
    ];
    for error in &reaches {
        assert!(matches!(error, Error::Overflow { value, max, .. } if value > max), "{error:?}");
    }
    assert_eq!(
        reaches[1].to_string(),
        "the distribution reaches 449.0, beyond the largest f8e4m3, 448.0: use a smaller distribution or a wider dtype"
    );
    Ok(())
}

#[test]
fn values_that_the_dtype_loses() -> Result<(), Error> {
    let lost = [
        refused::<f16>(Distribution::constant(1e-9))?,
        refused::<f32>(Distribution::constant(1e-46))?,
        refused::<bf16>(Distribution::normal(1e-42, 0.0))?,
        refused::<F8E4M3>(Distribution::uniform(-9e-4, -9e-4))?,
    ];
    for error in &lost {
        assert!(matches!(error, Error::Underflow { value, .. } if *value != 0.0), "{error:?}");
    }
    assert_eq!(
        lost[0].to_string(),
        "every value is 1e-9, which f16 rounds to zero: use a larger value or a wider dtype"
    );
    // Zero itself is no loss.
    assert_eq!(Stream::new(0, "").vec::<f16>(&Distribution::normal(0.0, 0.0)?, 0..3)?, [f16::ZERO; 3]);
    Ok(())
}

#[test]
fn bounds_with_no_value_of_the_dtype_between() -> Result<(), Error> {
    let (lo, up) = (1.001, 1.002);
    assert_eq!(
        refused::<bf16>(Distribution::uniform(lo, up))?,
        Error::NothingBetween { dtype: "bf16", lo, up }
    );
    let error = refused::<F8E4M3>(Distribution::truncated_normal(1.0, 1.0, 1.01, 1.1))?;
    assert_eq!(
        error.to_string(),
        "no f8e4m3 value lies in [1.01, 1.1]: widen the bounds or use a wider dtype"
    );
    assert!(Stream::new(0, "").vec::<f32>(&Distribution::uniform(lo, up)?, 0..3).is_ok());
    Ok(())
}

#[test]
fn ranges_that_are_too_long() -> Result<(), Error> {
    let (stream, distribution) = (Stream::new(0, "long"), Distribution::normal(0.0, 1.0)?);
    let (start, count) = (u64::MAX - 2, 5);
    let error = stream.fill(&distribution, start, &mut [0_f32; 5]).err();
    assert_eq!(error, Some(Error::IndexOverflow { start, count }));
    assert_eq!(
        message(stream.fill(&distribution, start, &mut [0_f32; 5])),
        "5 elements from index 18446744073709551613 end past 2^64: start lower"
    );
    for end in [1 << 60, u64::MAX] {
        let outcome = stream.vec::<f64>(&distribution, 0..end);
        assert_eq!(outcome, Err(Error::OutOfMemory { count: end, dtype: "f64" }));
    }
    assert_eq!(
        message(stream.vec::<f32>(&distribution, 0..1 << 60)),
        "no memory for 1152921504606846976 elements of f32: ask for a smaller range, or fill slice by slice"
    );
    Ok(())
}
