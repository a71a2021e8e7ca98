//! Every error is reached by bad input, names the parameter, says what to do, and leaves what exists as it is.

use std::error::Error;

use acceptance::values::snapshot;
use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_init::{
    Cut, Error as InitError, Fan, Init, Initializer, Layer, Rule, VarianceScaling, counter_rng, init,
};
use candle_nn::{VarBuilder, VarMap};

type Outcome = Result<(), Box<dyn Error>>;

/// Which error of the numbers it is.
type Kind = fn(&counter_rng::Error) -> bool;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// A map with variables of several kinds, made by `init` and by hand.
fn populated(init: &Initializer) -> Result<VarMap, Box<dyn Error>> {
    let vars = VarMap::new();
    let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    candle_nn::linear(5, 3, vb.pp("fc"))?;
    candle_nn::batch_norm(4, 1e-5, vb.pp("bn"))?;
    let mine = Var::from_tensor(&Tensor::new(&[f32::NAN, -0.0, 1.0], &Device::Cpu)?)?;
    vars.data().lock().map_err(|_| "poisoned")?.insert("mine".into(), mine);
    Ok(vars)
}

/// Runs a request that must fail, and returns its message and its error, after a look at the map.
fn refused<T>(
    init: &Initializer,
    dtype: DType,
    request: impl FnOnce(&VarBuilder) -> candle_core::Result<T>,
) -> Result<(String, InitError), Box<dyn Error>> {
    let vars = populated(&Initializer::new(1))?;
    let before = snapshot(&vars)?;
    let error = request(&init.var_builder(&vars, dtype, &Device::Cpu)).err().ok_or("it was not refused")?;
    assert_eq!(snapshot(&vars)?, before, "a failed request changed the map");
    let text = error.to_string();
    assert!(InitError::of(&error).is_some(), "not an error of ours: {text}");
    Ok((text, InitError::from(error)))
}

/// The cause inside an error that names its parameter.
fn cause(error: InitError, name: &str) -> Result<InitError, Box<dyn Error>> {
    match error {
        InitError::Parameter { parameter, cause, .. } if parameter == name => Ok(*cause),
        other => Err(format!("{other} does not name {name}").into()),
    }
}

/// The whole message of an initializer that is refused at `net.w`, with the cause; without a model it is the same.
fn refused_initializer(
    initializer: impl Into<Rule>,
    dims: &[usize],
    dtype: DType,
) -> Result<(String, InitError), Box<dyn Error>> {
    let initializer = initializer.into();
    let init = Initializer::new(1).rule("net.w", initializer.clone());
    let (text, error) = refused(&init, dtype, |vb| vb.pp("net").get(dims, "w"))?;
    assert!(text.starts_with(&format!("parameter `net.w` {dims:?}: ")), "{text}");
    let alone =
        init.tensor("net.w", dims, initializer, dtype, &Device::Cpu).err().ok_or("made without a model")?;
    // The first line: candle's own errors carry a backtrace, which differs.
    assert_eq!(alone.to_string().lines().next(), text.lines().next());
    Ok((text, cause(error, "net.w")?))
}

#[test]
fn a_fan_initializer_on_a_vector_or_scalar() -> Outcome {
    for dims in [&[][..], &[7]] {
        let (text, error) = refused_initializer(init::HE_NORMAL, dims, DType::F32)?;
        assert!(matches!(error, InitError::Shape { .. }), "{error:?}");
        assert!(text.contains("it scales with a fan") && text.contains("such as `zeros`"), "{text}");
    }
    Ok(())
}

/// No constructible shape with elements has a zero fan, but an initializer may be asked about any shape.
#[test]
fn a_zero_fan_matters_where_there_are_values() -> Outcome {
    let shape = Shape::from((3, 0));
    let error = init::HE_NORMAL.distribution(&shape, Layer::Linear).err().ok_or("an initializer")?;
    assert_eq!(
        error.to_string(),
        "he_normal does not fit shape [3, 0]: it divides by fan_in, which is 0; at least 1 is required"
    );
    let geometric: Init = "variance_scaling(fan=geometric_average)".parse()?;
    let error = geometric.distribution(&Shape::from((0, 5)), Layer::Linear);
    let text = error.err().ok_or("a distribution")?.to_string();
    assert!(text.contains("it divides by the geometric average fan"), "{text}");
    Ok(())
}

/// Tensors without elements are made, kept and listed, whatever the initializer, and a report shows no number for them.
#[test]
fn empty_tensors_are_made_and_listed() -> Outcome {
    let initializers =
        [init::HE_NORMAL, init::GLOROT_TRUNCATED_NORMAL, init::ONES, Init::Uniform { lo: 0.0, up: 1.0 }];
    for (initializer, dims) in initializers.into_iter().flat_map(|l| [[0, 5], [5, 0], [0, 0]].map(|d| (l, d)))
    {
        let (vars, init) = (VarMap::new(), Initializer::new(1).rule("empty", initializer));
        let vb = init.var_builder(&vars, DType::BF16, &Device::Cpu);
        assert_eq!(vb.get(&dims, "empty")?.dims(), dims);
        let report = init.report(&vars)?;
        let [record] = report.records() else { return Err("one record is due".into()) };
        assert!(record.name == "empty" && record.measured.is_some_and(|m| m.mean.is_nan() && m.std.is_nan()));
        assert_eq!(init.plan(DType::BF16, |vb| vb.get(&dims, "empty"))?.elements(), 0);
    }
    Ok(())
}

#[test]
fn numbers_that_make_no_distribution() -> Outcome {
    use counter_rng::Error as Distribution;
    let cut = |lo, up| Init::TruncatedNormal { mean: 0.0, stdev: 1.0, cut: Cut::Absolute { lo, up } };
    let normal = |mean, stdev| Init::Randn { mean, stdev };
    let cases: [(Init, Kind, &str); 13] = [
        (
            Init::Const(NAN),
            |e| matches!(e, Distribution::NotFinite { .. }),
            "value is NaN: a finite number is required",
        ),
        (Init::Const(INF), |e| matches!(e, Distribution::NotFinite { .. }), "value is inf"),
        (normal(0.0, NAN), |e| matches!(e, Distribution::NotFinite { .. }), "std is NaN"),
        (normal(NAN, 1.0), |e| matches!(e, Distribution::NotFinite { .. }), "mean is NaN"),
        (normal(0.0, INF), |e| matches!(e, Distribution::NotFinite { .. }), "std is inf"),
        (normal(0.0, -0.5), |e| matches!(e, Distribution::NegativeStd { .. }), "did you mean 0.5?"),
        (
            Init::Uniform { lo: 1.0, up: 0.5 },
            |e| matches!(e, Distribution::EmptyInterval { .. }),
            "give a lower bound below",
        ),
        (Init::Uniform { lo: -INF, up: 0.5 }, |e| matches!(e, Distribution::NotFinite { .. }), "lo is -inf"),
        (cut(1.0, 1.0), |e| matches!(e, Distribution::EmptyInterval { .. }), "interval [1, 1] is empty"),
        (cut(2.0, -2.0), |e| matches!(e, Distribution::EmptyInterval { .. }), "give a lower bound below"),
        (cut(NAN, 1.0), |e| matches!(e, Distribution::EmptyInterval { .. }), "interval [NaN, 1]"),
        (
            cut(20.0, 30.0),
            |e| matches!(e, Distribution::ImprobableWindow { .. }),
            "move the window towards the mean",
        ),
        (
            init::truncated_normal(0.0, 0.0),
            |e| matches!(e, Distribution::ZeroStd),
            "a truncated normal needs std > 0",
        ),
    ];
    for (initializer, kind, message) in cases {
        let (text, error) = refused_initializer(initializer, &[4, 4], DType::F32)?;
        assert!(
            matches!(&error, InitError::Distribution(initializer) if kind(initializer)),
            "{initializer:?}: {error:?}"
        );
        assert!(text.contains(message), "{text}");
    }
    Ok(())
}

#[test]
fn scales_that_are_no_variance() -> Outcome {
    for scale in [0.0, -2.0, NAN, INF] {
        let initializer = Init::VarianceScaling(VarianceScaling {
            scale,
            fan: Fan::In,
            family: candle_init::Family::Uniform,
        });
        let (text, error) = refused_initializer(initializer, &[4, 4], DType::F32)?;
        assert!(matches!(error, InitError::Number { parameter: "scale", .. }), "{error:?}");
        assert!(text.contains(&format!("scale is {scale}: a positive, finite number")), "{text}");
    }
    for factor in [-1.0, NAN, INF] {
        let (text, error) = refused_initializer(init::HE_NORMAL.times(factor), &[4, 4], DType::F32)?;
        assert!(matches!(error, InitError::Number { parameter: "factor", .. }), "{error:?}");
        assert!(text.contains(&format!("factor is {factor}: a finite number of at least 0")), "{text}");
    }
    Ok(())
}

#[test]
fn layers_that_do_not_fit_the_shape() -> Outcome {
    let cases: [(Layer, &[usize], &str); 6] = [
        (Layer::Linear, &[4, 4, 3], "a matrix is required"),
        (Layer::conv(1), &[4, 4], "a kernel axis is required"),
        (Layer::conv(3), &[4, 4, 3], "the groups must divide the first dimension"),
        (Layer::ConvTranspose { groups: 1, stride: 0 }, &[4, 4, 3], "a stride of at least 1 is required"),
        (Layer::Conv { groups: 1, stride: 0 }, &[4, 4, 3], "a stride of at least 1 is required"),
        (Layer::LSTM, &[6, 4], "the gates must divide the first dimension"),
    ];
    for (layer, dims, message) in cases {
        let (text, error) = refused_initializer(init::HE_NORMAL.on(layer), dims, DType::F32)?;
        assert!(matches!(error, InitError::Shape { .. }) && text.contains(message), "{text}");
    }
    Ok(())
}

#[test]
fn dtypes_that_cannot_hold_the_initializer() -> Outcome {
    use counter_rng::Error as Distribution;
    let uniform = |lo, up| Init::Uniform { lo, up };
    let cases: [(Init, DType, Kind, &str); 7] = [
        (Init::Const(1e6), DType::F16, |e| matches!(e, Distribution::Overflow { .. }), "largest f16, 65504"),
        (
            Init::Const(1e300),
            DType::F32,
            |e| matches!(e, Distribution::Overflow { .. }),
            "use a smaller distribution or a wider dtype",
        ),
        (
            Init::Randn { mean: 0.0, stdev: 100.0 },
            DType::F8E4M3,
            |e| matches!(e, Distribution::Overflow { .. }),
            "448",
        ),
        (uniform(-1e5, 0.0), DType::F16, |e| matches!(e, Distribution::Overflow { .. }), "f16"),
        (
            uniform(-1e-9, 1e-9),
            DType::F16,
            |e| matches!(e, Distribution::SpreadLost { .. }),
            "rounding to f16 would turn the std",
        ),
        (
            Init::Const(1e-300),
            DType::F32,
            |e| matches!(e, Distribution::Underflow { .. }),
            "use a larger value",
        ),
        (
            uniform(1.01, 1.02),
            DType::F8E4M3,
            |e| matches!(e, Distribution::NothingBetween { .. }),
            "widen the bounds",
        ),
    ];
    for (initializer, dtype, kind, message) in cases {
        let (text, error) = refused_initializer(initializer, &[4, 4], dtype)?;
        assert!(
            matches!(&error, InitError::Distribution(initializer) if kind(initializer)),
            "{initializer:?}: {error:?}"
        );
        assert!(text.contains(message), "{text}");
    }
    Ok(())
}

/// The values that a candle program truncates without a word.
#[test]
fn integers_cannot_hold_weights() -> Outcome {
    for dtype in [DType::U8, DType::U32, DType::I64, DType::I16, DType::I32] {
        for initializer in [init::HE_NORMAL, init::ZEROS, Init::Const(0.3)] {
            let (text, error) = refused_initializer(initializer, &[4, 4], dtype)?;
            assert!(matches!(error, InitError::DType { dtype: shown } if shown == dtype), "{error:?}");
            assert!(text.contains("cannot hold weights: use f64, f32, bf16, f16 or f8e4m3"), "{text}");
        }
    }
    Ok(())
}

#[test]
fn shapes_past_the_memory() -> Outcome {
    let (text, error) = refused_initializer(init::ZEROS, &[1 << 40, 1 << 40], DType::F32)?;
    assert!(matches!(error, InitError::Shape { .. }) && text.contains("use smaller dimensions"), "{text}");
    // Beside a zero too: candle multiplies the others.
    for dims in [[0, 1 << 40, 1 << 40], [1 << 40, 1 << 40, 0]] {
        let (text, error) = refused_initializer(init::ZEROS, &dims, DType::F32)?;
        assert!(matches!(error, InitError::Shape { .. }), "{text}");
    }
    let (text, error) = refused_initializer(init::HE_NORMAL, &[1 << 30, 1 << 30], DType::F32)?;
    assert!(matches!(error, InitError::Distribution(counter_rng::Error::OutOfMemory { .. })), "{text}");
    let empty = Initializer::new(1).tensor("w", (1 << 40, 0), init::ZEROS, DType::F32, &Device::Cpu)?;
    assert_eq!(empty.dims(), [1 << 40, 0]);
    Ok(())
}

#[test]
fn custom_initializers_of_the_wrong_length() -> Outcome {
    for length in [0, 11, 13] {
        let initializer = Rule::custom("mine", move |_, _| Ok(vec![0.5; length]));
        let (text, error) = refused_initializer(initializer, &[4, 3], DType::F32)?;
        assert!(matches!(error, InitError::Shape { .. }), "{error:?}");
        let said = format!(
            "mine does not fit shape [4, 3]: 12 values in row-major order are required, and it gave {length}"
        );
        assert!(text.contains(&said), "{text}");
    }
    let initializer = Rule::custom("fails", |_, _| candle_core::bail!("no recipe for this shape"));
    let (text, error) = refused_initializer(initializer, &[4, 3], DType::F32)?;
    assert!(matches!(error, InitError::Candle(_)) && text.contains("no recipe for this shape"), "{text}");
    Ok(())
}

#[test]
fn integers_are_refused_for_custom_initializers_too() -> Outcome {
    let initializer =
        Rule::custom("mine", |shape: &Shape, _: &counter_rng::Stream| Ok(vec![0.5; shape.elem_count()]));
    let (_, error) = refused_initializer(initializer, &[4, 3], DType::U32)?;
    assert!(matches!(error, InitError::DType { .. }), "{error:?}");
    Ok(())
}
