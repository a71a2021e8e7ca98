//! No input makes the crate panic or hang: initializers with any numbers, shapes of any size, names and patterns of any
//! text get a plan, an initializer or an error that says something.

use acceptance::strategies::{DTYPES, any_rule};
use acceptance::values::{all_bits, values};
use candle_core::{DType, Device, Shape};
use candle_init::activation::{Activation, pytorch_gain};
use candle_init::{
    Centre, Cut, Error as InitError, Family, Fan, Fans, Init, Initializer, Layer, Matrix, Stft,
    VarianceScaling, Window,
};
use candle_init_checkpoint::shown;
use candle_nn::VarMap;
use proptest::prelude::*;
use proptest::sample::select;

/// Any bits of an `f64`, and the numbers where formulas break.
fn number() -> impl Strategy<Value = f64> {
    let edges = vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        1e-160,
        1e160,
        65504.0,
        65505.0,
        448.0,
        3.5e38,
    ];
    prop_oneof![select(edges), any::<u64>().prop_map(f64::from_bits), -4.0..4.0_f64]
}

fn initializer() -> impl Strategy<Value = Init> {
    let four = (number(), number(), number(), number());
    let fan = select(vec![Fan::In, Fan::Out, Fan::Average, Fan::GeometricAverage]);
    let form = select(vec![Family::Normal, Family::TRUNCATED_NORMAL, Family::Uniform]);
    (four, 0..12_u8, fan, form).prop_map(|((a, b, lo, up), kind, fan, family)| match kind {
        0 => Init::Const(a),
        1 => Init::Uniform { lo, up },
        2 => Init::Randn { mean: a, stdev: b },
        3 => Init::TruncatedNormal { mean: a, stdev: b, cut: Cut::Sigmas { lo, up } },
        4 => Init::TruncatedNormal { mean: a, stdev: b, cut: Cut::Absolute { lo, up } },
        5 => Init::VarianceScaling(VarianceScaling { scale: a, fan, family }),
        6 => Init::Orthogonal { gain: a, axis: (b < 0.0).then_some(b as isize) },
        7 => Init::Delta { matrix: Matrix::Identity, gain: a, centre: Centre::Upper },
        8 => Init::Delta { matrix: Matrix::Orthogonal, gain: a, centre: Centre::Lower },
        9 => Init::Delta { matrix: Matrix::Hadamard, gain: a, centre: Centre::Middle },
        10 => Init::Stft { gain: a, stft: Stft { window: Window::Tukey(b), ..Stft::default() } },
        _ => Init::Range { start: a, step: b },
    })
}

fn count() -> impl Strategy<Value = usize> {
    prop_oneof![0..4_usize, 0..1_usize << 40, select(vec![usize::MAX, 1 << 63, 1 << 32])]
}

fn layer() -> impl Strategy<Value = Layer> {
    (0..6_u8, count(), count()).prop_map(|(kind, parts, stride)| match kind {
        0 => Layer::Linear,
        1 => Layer::Embedding,
        2 => Layer::Conv { groups: parts, stride },
        3 => Layer::ConvTranspose { groups: parts, stride },
        4 => Layer::Packed { matrices: parts },
        _ => Layer::Gates { gates: parts },
    })
}

fn dims() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(count(), 0..6)
}

/// An error that helps: it says more than a word.
fn says_something(error: &InitError) -> bool {
    error.to_string().split_whitespace().count() >= 4 && !format!("{error:?}").is_empty()
}

proptest! {
    #[test]
    fn initializers_of_any_numbers(initializer in initializer(), dims in dims(), layer in layer(), x in number(), factor in number()) {
        let shape = Shape::from(dims);
        let parameter = Initializer::new(1).tensor("w", (2, 3), initializer.times(factor), DType::F32, &Device::Cpu);
        prop_assert!(parameter.is_ok() || parameter.is_err_and(|error| says_something(&error)));
        {
            match initializer.distribution(&shape, layer) {
                Ok(made) => {
                    let numbers = [made.mean(), made.std(), made.cdf(x), made.support().0, made.support().1];
                    prop_assert!(!made.mean().is_nan() && made.std() >= 0.0, "{initializer:?}: {numbers:?}");
                }
                Err(error) => prop_assert!(says_something(&error), "{initializer:?}: {error}"),
            }
            let _ = (initializer.to_candle(&shape, layer), initializer.to_string().parse::<Init>(), Fans::new(&shape, layer));
        }
    }

    /// Only planned, never made: no shape is too large to say what it would get.
    #[test]
    fn plans_of_any_shape(
        initializer in initializer(), dims in dims(), layer in layer(), name in ".{0,16}", pattern in ".{0,8}",
        dtype in select([&DTYPES[..], &[DType::U8, DType::I64]].concat()),
    ) {
        let init = Initializer::new(1).lenient().rule(&pattern, initializer.on(layer)).weights(initializer.on(layer));
        match init.plan(dtype, |vb| vb.get(&dims[..], &name)) {
            Ok(plan) => {
                prop_assert_eq!((plan.records().len(), plan.records()[0].name.as_str()), (1, name.as_str()));
                prop_assert!(plan.to_string().contains("1 parameters"));
            }
            Err(error) => prop_assert!(says_something(&error), "{error}"),
        }
    }

    /// Small tensors of any initializer, made: values or an error, and an error leaves an empty map.
    #[test]
    fn tensors_of_any_initializer(
        initializer in initializer(), dims in proptest::collection::vec(0..6_usize, 0..5), name in ".{0,16}",
        dtype in select(DTYPES.to_vec()),
    ) {
        let (init, vars) = (Initializer::new(1).rule("*", initializer), VarMap::new());
        let made = init.var_builder(&vars, dtype, &Device::Cpu).get(&dims[..], &name);
        let shape = Shape::from(dims);
        let (lo, up) = initializer.distribution(&shape, Layer::of_shape(&shape)).map_or((0.0, 0.0), |made| made.support());
        match made {
            Ok(tensor) => {
                let values = values(&tensor)?;
                prop_assert!(values.iter().all(|v| v.is_finite()), "{initializer:?} {dtype:?}: {values:?}");
                // A constant or a point is rounded; an interval is not left.
                let inside = values.iter().all(|v| (lo..=up).contains(v));
                prop_assert!(lo == up || inside, "{initializer:?} {dtype:?}: {values:?}");
                prop_assert!(init.report(&vars).is_ok());
            }
            Err(error) => {
                prop_assert!(InitError::of(&error).is_some_and(says_something), "{error}");
                prop_assert!(all_bits(&vars)?.is_empty());
            }
        }
    }

    /// Any chain of modifiers on any start, at any small shape: values that the dtype holds, or an error.
    #[test]
    fn tensors_of_any_rule(
        rule in any_rule(), factor in number(), dims in proptest::collection::vec(0..6_usize, 0..5),
        dtype in select(DTYPES.to_vec()),
    ) {
        for rule in [rule.clone(), rule.clone().times(factor), rule.plus(factor).exp()] {
            match Initializer::new(1).tensor("a.1.w", &dims[..], rule.clone(), dtype, &Device::Cpu) {
                Ok(tensor) => prop_assert!(values(&tensor)?.iter().all(|v| v.is_finite()), "{rule} {dtype:?}"),
                Err(error) => prop_assert!(says_something(&error), "{rule}: {error}"),
            }
        }
    }

    #[test]
    fn any_text_is_an_initializer_or_refused(
        text in prop_oneof![".{0,40}", "[a-z_]{0,20}\\([a-z=0-9,. -]{0,30}\\)?"],
    ) {
        match text.parse::<Init>() {
            Ok(initializer) => prop_assert_eq!(format!("{:?}", initializer.to_string().parse::<Init>()?), format!("{initializer:?}")),
            Err(error) => {
                prop_assert!(says_something(&error) && error.to_string().contains(&shown(&text).to_string()), "{error}");
            }
        }
    }

    #[test]
    fn any_text_is_a_pattern_or_refused(
        pattern in prop_oneof![".{0,20}", "[a-z.*?{}\\[\\],!\\\\-]{0,20}"], name in ".{0,20}",
    ) {
        let init = Initializer::new(1).rule(&pattern, Init::Const(1.0)).lenient();
        let planned = init.plan(DType::F32, |vb| vb.get(3, &name));
        prop_assert_eq!(planned.is_ok(), init.check().is_ok());
        if let Err(error) = init.check() {
            prop_assert!(error.to_string().contains(&shown(&pattern).to_string()), "{error}");
        }
    }

    #[test]
    fn any_gain_is_a_number(slope in number()) {
        let gain = pytorch_gain(Activation::LeakyRelu(slope))?;
        prop_assert!(if slope.is_nan() { gain.is_nan() } else { gain >= 0.0 }, "{slope}: {gain}");
    }
}
