//! Values that are wrong for certain are refused by the plan as by the build, in the same words; those of closures by the
//! build.

use acceptance::strategies::DTYPES;
use acceptance::values::{all_bits, values};
use candle_core::{DType, Device, Shape};
use candle_init::{Error, Init, Initializer, Layer, Rule, Stft, Window, init};
use candle_nn::VarMap;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const DIMS: (usize, usize) = (4, 6);

/// What a plan and a build say of a rule for a matrix.
fn refused(rule: &Rule, dtype: DType) -> [Option<String>; 2] {
    let (init, vars) = (Initializer::new(1).rule("w", rule.clone()), VarMap::new());
    let planned = init.plan(dtype, |vb| vb.get(DIMS, "w")).err().map(|error| error.to_string());
    let built = init.var_builder(&vars, dtype, &Device::Cpu).get(DIMS, "w").err();
    assert!(built.is_none() || all_bits(&vars).is_ok_and(|bits| bits.is_empty()));
    [planned, built.map(|error| Error::from(error).to_string())]
}

#[test]
fn what_a_build_refuses_for_certain_a_plan_refuses_too() -> Outcome {
    let tukey =
        |share| Init::Stft { gain: 1.0, stft: Stft { window: Window::Tukey(share), ..Stft::default() } };
    for rule in [
        Rule::values(1, vec![1e6])?,
        Rule::values((4, 1), vec![0.0, 1.0, 2.0, 1e6])?,
        Init::Orthogonal { gain: 1e6, axis: None }.into(),
        Init::Orthogonal { gain: f64::NAN, axis: Some(0) }.into(),
        "identity(gain=100000)".parse()?,
        "sinusoids(gain=100000)".parse()?,
        "range(start=0, step=20000)".parse()?,
        init::ZEROS.ln(),
        init::ONES.times(1e6),
        init::ZEROS.plus(f64::NAN),
        init::ZEROS.plus(1e6),
        init::ONES.at_least(f64::NAN),
        init::ONES.at_most(f64::INFINITY),
        init::ONES.power(f64::NAN, 0.0),
        init::HE_NORMAL.plus(f64::INFINITY),
        "range(start=0, step=1)".parse::<Rule>()?.ln(),
        Rule::blocks([init::ONES, init::ZEROS]).ln(),
        tukey(7.0).into(),
        tukey(f64::NAN).into(),
    ] {
        let [planned, built] = refused(&rule, DType::F16);
        assert!(planned.is_some() && planned == built, "{rule}: {planned:?}, {built:?}");
    }
    let share = Initializer::new(1).tensor("w", (3, 1, 8), tukey(7.0), DType::F32, &Device::Cpu);
    assert!(share.err().ok_or("7 was a share")?.to_string().contains("share of tukey is 7"));
    Ok(())
}

/// What comes after may put right what stands before it.
#[test]
fn what_ends_well_is_not_refused() -> Outcome {
    let row = vec![1e6, 1.0, 2.0, 3.0];
    for rule in [
        Rule::values((4, 1), row.clone())?.zero_row(0),
        Rule::values((4, 1), row.clone())?.times(1e-3),
        Rule::values((4, 1), row)?.at_most(10.0),
        "range(start=1, step=100000)".parse::<Rule>()?.ln(),
        init::ONES.ln(),
        Init::Orthogonal { gain: 1e4, axis: None }.into(),
    ] {
        assert_eq!(refused(&rule, DType::F16), [None, None], "{rule}");
    }
    Ok(())
}

/// Of a parameter without elements no value is wrong.
#[test]
fn nothing_holds_no_wrong_value() -> Outcome {
    let none = Initializer::new(1).tensor("w", (0, 3), init::ZEROS.ln(), DType::F16, &Device::Cpu)?;
    assert_eq!(none.dims(), [0, 3]);
    Ok(())
}

/// One check for every road: a closure's values are checked as a modifier's, in every dtype.
#[test]
fn what_a_closure_gives_is_checked() -> Outcome {
    let custom =
        |value: f32| Rule::custom("mine", move |shape: &Shape, _| Ok(vec![value; shape.elem_count()]));
    let largest = |dtype| match dtype {
        DType::F16 => 65504.0,
        DType::F8E4M3 => 448.0,
        _ => 3e38,
    };
    for dtype in DTYPES {
        let too_large = (largest(dtype) < 3e38).then_some(2.0 * largest(dtype));
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY].into_iter().chain(too_large) {
            for rule in [custom(value), custom(value).times(1.0)] {
                let [planned, built] = refused(&rule, dtype);
                let due = format!("element 0 is {value}, which {dtype:?} cannot hold");
                assert!(
                    planned.is_none() && built.as_ref().is_some_and(|said| said.contains(&due)),
                    "{built:?}"
                );
            }
        }
        let init = Initializer::new(1);
        let most = init.tensor("w", DIMS, custom(largest(dtype)), dtype, &Device::Cpu)?;
        assert!(
            values(&most)?.iter().all(|v| (v / f64::from(largest(dtype)) - 1.0).abs() < 1e-2),
            "{dtype:?}"
        );
    }
    Ok(())
}

/// A base shape that counts for fans alone still has to be one.
#[test]
fn every_layer_kind_resolves_or_says_why() -> Outcome {
    for layer in [Layer::Linear, Layer::conv(usize::MAX), Layer::Gates { gates: usize::MAX }] {
        let rule = init::HE_NORMAL.mup((usize::MAX, 2)).on(layer);
        assert!(refused(&rule, DType::F32).iter().all(Option::is_some), "{layer}");
    }
    Ok(())
}
