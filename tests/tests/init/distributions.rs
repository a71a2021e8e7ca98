//! Every initializer has the mean, the standard deviation, the bounds and the shape that its definition gives, in
//! numbers and in what is drawn, in every dtype.
//!
//! Samples of half a million values and more, from fixed seeds; a right sampler would be refused with
//! probability `stats::FALSE_ALARM` per check, 1e-12, and some 600 checks are made. At that size a standard
//! deviation off by 1 % lies 10 standard errors off for a normal distribution and more for the others.

use std::error::Error;

use acceptance::rounded;
use acceptance::stats::{FALSE_ALARM, check_mean_std, ks};
use acceptance::strategies::{
    DTYPES, Weight, bounded, fixed, oracle_fans, random_initializer, scaling, weight,
};
use acceptance::values::{singles, values};
use candle_core::{DType, Device, Shape};
use candle_init::{Cut, Family, Fan, Init, Initializer, Layer, NAMED, VarianceScaling, init};
use proptest::prelude::*;
use proptest::sample::select;
use reference::{Distribution, Form, Scaling};

type Outcome = Result<(), Box<dyn Error>>;

fn close(got: f64, expected: f64, scale: f64) -> bool {
    got == expected || (got - expected).abs() <= 1e-14 * scale
}

/// The oracle's words for variance scaling.
fn oracle_scaling(v: VarianceScaling) -> Option<(Scaling, Form)> {
    let fan = match v.fan {
        Fan::In => reference::Fan::In,
        Fan::Out => reference::Fan::Out,
        Fan::Average => reference::Fan::Average,
        Fan::GeometricAverage => reference::Fan::Geometric,
        Fan::InSquared => reference::Fan::InSquared,
        Fan::Spectral => reference::Fan::Spectral,
        _ => return None,
    };
    let form = match v.family {
        Family::Normal => Form::Normal,
        Family::TruncatedNormal { sigmas } => Form::Truncated(sigmas),
        Family::Uniform => Form::Uniform,
        _ => return None,
    };
    Some((Scaling::new(v.scale, fan), form))
}

/// The oracle's initializer for ours, at a weight.
fn oracle(initializer: Init, weight: &Weight) -> Option<Distribution> {
    Some(match initializer {
        Init::Const(value) => Distribution::Const(value),
        Init::Uniform { lo, up } => Distribution::Uniform(lo, up),
        Init::Randn { mean, stdev } => Distribution::Normal(mean, stdev),
        Init::TruncatedNormal { mean, stdev, cut: Cut::Absolute { lo, up } } => {
            Distribution::TruncatedNormal(mean, stdev, lo, up)
        }
        Init::TruncatedNormal { mean, stdev, cut: Cut::Sigmas { lo, up } } => {
            Distribution::TruncatedNormal(mean, stdev, mean + lo * stdev, mean + up * stdev)
        }
        Init::VarianceScaling(v) => {
            let (scaling, form) = oracle_scaling(v)?;
            scaling.distribution(oracle_fans(&weight.dims, weight.layer)?, form)
        }
        _ => return None,
    })
}

/// That an initializer's numbers are the oracle's: mean, standard deviation, bounds.
fn same_numbers(initializer: Init, expected: Distribution, weight: &Weight) -> Result<(), TestCaseError> {
    let got = initializer.distribution(&weight.shape(), weight.layer)?;
    let [mean, std, _] = expected.moments();
    // A cut far out in a tail costs the closed forms digits on both sides.
    let scale = 1e4 * (std + mean.abs());
    let (mean_scale, std_scale) = if matches!(expected, Distribution::TruncatedNormal(..)) {
        (scale, scale)
    } else {
        (mean.abs() + std, std)
    };
    prop_assert!(close(got.mean(), mean, mean_scale), "{initializer}: mean {} for {mean}", got.mean());
    prop_assert!(close(got.std(), std, std_scale), "{initializer}: std {} for {std}", got.std());
    if let Distribution::Uniform(lo, up) | Distribution::TruncatedNormal(.., lo, up) = expected {
        let (low, high) = got.support();
        prop_assert!(close(low, lo, up - lo) && close(high, up, up - lo), "{initializer}: [{low}, {high}]");
    }
    Ok(())
}

/// The standard deviation that a plan expects of a rule.
fn std_of(rule: candle_init::Rule, weight: &Weight) -> Result<f64, TestCaseError> {
    let init = Initializer::new(1).rule("w", rule.on(weight.layer));
    let plan = init.plan(DType::F64, |vb| vb.get(weight.shape(), "w"));
    let plan = plan.map_err(|error| TestCaseError::fail(error.to_string()))?;
    Ok(plan.records()[0].expected.ok_or_else(|| TestCaseError::fail("no moments"))?.std)
}

proptest! {
    #[test]
    fn numbers_are_the_oracles(weight in weight(64), initializer in random_initializer(), gain in 0.1..4.0_f64) {
        let expected = oracle(initializer, &weight).ok_or_else(|| TestCaseError::fail("no oracle"))?;
        same_numbers(initializer, expected, &weight)?;
        // A gain multiplies the standard deviation, whatever the initializer.
        let wider = std_of(initializer.times(gain), &weight)?;
        prop_assert!((wider / (gain * expected.moments()[1]) - 1.0).abs() < 1e-9, "{initializer} times {gain}");
        // The check sees 1 % of the gain.
        if initializer.needs_fans() {
            let off = std_of(initializer.times(1.01), &weight)?;
            prop_assert!((off / expected.moments()[1] - 1.0).abs() > 1e-3, "blind at {initializer}");
        }
    }

    /// By name: Glorot, He and LeCun as their papers have them, in three forms each.
    #[test]
    fn named_initializers_are_the_papers(weight in weight(64)) {
        let named = |(name, initializer): (&str, Init)| {
            let (family, form) = name.split_once('_')?;
            let scaling = match family {
                "glorot" | "xavier" => Scaling::GLOROT,
                "he" | "kaiming" => Scaling::HE,
                "lecun" => Scaling::LECUN,
                _ => return None,
            };
            let form = match form {
                "uniform" => Form::Uniform,
                "normal" => Form::Normal,
                _ => Form::Truncated(2.0),
            };
            Some((initializer, scaling.distribution(weight.oracle_fans(), form)))
        };
        let all: Vec<_> = NAMED.into_iter().filter_map(named).collect();
        prop_assert_eq!(all.len(), 15);
        for (initializer, expected) in all {
            same_numbers(initializer, expected, &weight)?;
        }
    }

    /// No value passes a bound, in any dtype, though the bounds themselves are rounded.
    #[test]
    fn bounds_hold_in_every_dtype(initializer in bounded(), seed: u64) {
        let (lo, up) = initializer.distribution(&Shape::from(4096), Layer::Linear)?.support();
        for dtype in DTYPES {
            let drawn = Initializer::new(seed).tensor("w", 4096, initializer, dtype, &Device::Cpu);
            if is_too_coarse(&drawn) {
                continue;
            }
            let tensor = drawn?;
            prop_assert!(inside(&values(&tensor)?, lo, up), "{initializer} {dtype:?}");
        }
    }

    #[test]
    fn scaled_initializers_stay_inside_in_every_dtype(v in scaling(), weight in weight(24), seed: u64) {
        // A square of a fan makes initializers that f8 cannot hold, which it says.
        prop_assume!(v.fan != Fan::InSquared);
        let initializer = Init::VarianceScaling(v);
        let (lo, up) = initializer.distribution(&weight.shape(), weight.layer)?.support();
        for dtype in DTYPES {
            let rule = initializer.on(weight.layer);
            let drawn = Initializer::new(seed).tensor("w", weight.shape(), rule, dtype, &Device::Cpu);
            if is_too_coarse(&drawn) {
                continue;
            }
            prop_assert!(inside(&values(&drawn?)?, lo, up), "{initializer} {dtype:?} {weight:?}");
        }
    }
}

/// Whether the dtype was refused because it is too coarse for the distribution: then there are no values to look at.
fn is_too_coarse(drawn: &candle_init::Result<candle_core::Tensor>) -> bool {
    drawn.as_ref().is_err_and(|error| error.to_string().contains("more than 5 % off"))
}

fn inside(values: &[f64], lo: f64, up: f64) -> bool {
    values.iter().all(|v| (lo..=up).contains(v))
}

/// Values that are rounded without a look at the bounds pass them, and the check sees it.
#[test]
fn rounding_alone_would_pass_the_bounds() -> Outcome {
    let (lo, up) = (-0.3, 0.3);
    let initializer = Init::Uniform { lo, up };
    let tensor = Initializer::new(1).tensor("w", 1 << 16, initializer, DType::F32, &Device::Cpu)?;
    for dtype in [DType::BF16, DType::F16, DType::F8E4M3] {
        assert!(!inside(&values(&tensor.to_dtype(dtype)?)?, lo, up), "{dtype:?}");
        let ours = Initializer::new(1).tensor("w", 1 << 16, initializer, dtype, &Device::Cpu)?;
        assert!(inside(&values(&ours)?, lo, up), "{dtype:?}");
    }
    Ok(())
}

/// At least this many values in a sample.
const SAMPLE: usize = 1 << 19;

/// Values of an initializer at a weight, under as many names as it takes.
fn sample(initializer: Init, weight: &Weight, dtype: DType, seed: u64) -> candle_init::Result<Vec<f32>> {
    let (init, mut all) = (Initializer::new(seed), Vec::with_capacity(2 * SAMPLE));
    for tensor in 0.. {
        let name = format!("layer.{tensor}.weight");
        let drawn = init.tensor(&name, weight.shape(), initializer.on(weight.layer), dtype, &Device::Cpu)?;
        all.extend(singles(&drawn)?);
        if all.len() >= SAMPLE {
            break;
        }
    }
    Ok(all)
}

proptest! {
    #![proptest_config(fixed())]

    /// What is drawn has the mean and the standard deviation of the initializer, rounded to its dtype.
    #[test]
    fn samples_have_the_moments(
        initializer in random_initializer(), weight in weight(96), dtype in select(DTYPES.to_vec()), seed: u64,
    ) {
        // Not from many tiny tensors: hashing their names takes longer than drawing.
        prop_assume!(weight.shape().elem_count() > 2000);
        let expected = oracle(initializer, &weight).ok_or_else(|| TestCaseError::fail("no oracle"))?;
        let [mean, std, kurtosis] = rounded::moments(expected, dtype);
        let drawn = sample(initializer, &weight, dtype, seed)?;
        check_mean_std(&drawn, mean, std, kurtosis)
            .map_err(|e| TestCaseError::fail(format!("{initializer} {dtype:?} {weight:?}: {e}")))?;
        // Off by 1.5 %, so that the sample's own error cannot hide it.
        prop_assert!(check_mean_std(&drawn, mean, std * 1.015, kurtosis).is_err(), "blind at {initializer}");
    }
}

/// The whole form, not only two moments: Kolmogorov's test over four million values.
#[test]
fn samples_follow_the_initializer() -> Outcome {
    let weight = Weight { dims: vec![2048, 2048], layer: Layer::Linear };
    let one_sided =
        Init::TruncatedNormal { mean: 0.2, stdev: 0.5, cut: Cut::Sigmas { lo: -0.5, up: f64::INFINITY } };
    let window = Init::TruncatedNormal { mean: 0.0, stdev: 1.0, cut: Cut::Absolute { lo: -1.0, up: 3.0 } };
    let initializers =
        [init::HE_NORMAL, init::GLOROT_UNIFORM, init::LECUN_TRUNCATED_NORMAL, one_sided, window];
    for initializer in initializers {
        let expected = oracle(initializer, &weight).ok_or("no oracle")?;
        let drawn = sample(initializer, &weight, DType::F32, 7)?;
        let p = ks(&drawn, expected.cdf());
        assert!(p > FALSE_ALARM, "{initializer}: p = {p:e}");
        let cdf = expected.cdf();
        let wider = ks(&drawn, |x| cdf(x / 1.01));
        assert!(wider < FALSE_ALARM, "{initializer}: a spread of 101 % passes with p = {wider:e}");
    }
    Ok(())
}

#[test]
fn constants_are_constant_in_every_dtype() -> Outcome {
    for (dtype, value) in DTYPES.into_iter().flat_map(|d| [0.0, 1.0, -0.25, 3.5].map(|v| (d, v))) {
        let tensor = Initializer::new(3).tensor("c", (7, 5), Init::Const(value), dtype, &Device::Cpu)?;
        assert_eq!(values(&tensor)?, vec![value; 35], "{dtype:?}");
    }
    Ok(())
}
