//! Initializers whose elements hang together: identity, orthogonal, Hadamard, transforms, ranges and given values, for
//! every layer kind and dtype.

use std::error::Error;

use acceptance::drawn::{drawn, refusal, singles, unorthogonality};
use acceptance::strategies::DTYPES;
use candle_core::{DType, Device, Shape, Tensor};
use candle_init::{Init, Initializer, Layer, Moments, Rule, Scaling, Side, Stft, Window, init};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

/// Every structured initializer, with a shape that it takes.
fn structures() -> Vec<(Rule, Vec<usize>)> {
    let initializers = [
        ("identity(gain=0.7)", vec![3, 5]),
        ("dirac(gain=-2).on(conv(groups=2))", vec![6, 2, 3, 3]),
        ("dirac(centre=upper)", vec![3, 2, 4]),
        ("hadamard(gain=1.5)", vec![7, 5]),
        ("hadamard", vec![6, 2, 3]),
        ("orthogonal(gain=0.3)", vec![9, 4, 3]),
        ("orthogonal(gain=1, axis=-1)", vec![2, 3, 5]),
        ("orthogonal.on(lstm)", vec![20, 7]),
        ("orthogonal.on(experts)", vec![3, 4, 6]),
        ("orthogonal.on(conv_transpose(groups=2))", vec![4, 3, 2]),
        ("delta_orthogonal(gain=2)", vec![5, 3, 3, 3]),
        ("stft(side=imaginary, window=hamming, scaling=spectrum)", vec![5, 1, 7]),
        ("range(start=0.5, step=-0.25)", vec![2, 6]),
        ("values([[1], [-2], [0.1]])", vec![3, 4]),
        ("blocks(he_normal, zeros.plus(3), orthogonal)", vec![6, 5]),
        ("blocks(2: ones, 1: glorot_uniform)", vec![9, 4]),
        ("mamba_a_log", vec![3, 16]),
        ("mamba_dt_bias", vec![40]),
        ("forget_gate_bias(1.5)", vec![12]),
        ("normal.sparse(0.4)", vec![10, 7]),
        ("normal.zero_row(2)", vec![5, 3]),
        ("normal.round(bf16).times(0.3)", vec![5, 3]),
        ("lecun_normal.gain(gelu).at_most(0.2).at_least(-0.1)", vec![5, 3]),
    ];
    initializers.into_iter().filter_map(|(text, dims)| Some((text.parse().ok()?, dims))).collect()
}

/// Whatever the initializer, a narrow dtype is the f32 value rounded once, f64 agrees with it to f32's precision, two
/// draws are equal, and the shape is the one that was asked for.
#[test]
fn every_structure_in_every_dtype() -> Outcome {
    assert_eq!(structures().len(), 23, "a text was not read");
    for (rule, dims) in structures() {
        let make = |dtype| Initializer::new(1).tensor("w", dims.as_slice(), rule.clone(), dtype, &CPU);
        let single = make(DType::F32)?;
        for dtype in DTYPES {
            let tensor = make(dtype)?;
            assert_eq!((tensor.dims(), tensor.dtype()), (dims.as_slice(), dtype), "{rule}");
            let got = drawn("w", &dims, rule.clone(), dtype)?;
            assert_eq!(got, drawn("w", &dims, rule.clone(), dtype)?, "{rule} {dtype:?} twice");
            if dtype == DType::F64 {
                let close =
                    got.iter().zip(acceptance::values::values(&single)?).all(|(a, b)| (a - b).abs() < 3e-6);
                assert!(close, "{rule} in f64");
            } else {
                assert_eq!(got, acceptance::values::values(&single.to_dtype(dtype)?)?, "{rule} {dtype:?}");
            }
        }
    }
    Ok(())
}

/// Through a `VarBuilder` the same values, and text that reads back to the same rule.
#[test]
fn through_a_var_builder_and_through_text() -> Outcome {
    for (rule, dims) in structures() {
        assert_eq!(rule.to_string().parse::<Rule>()?, rule);
        let (vars, init) = (candle_nn::VarMap::new(), Initializer::new(1).rule("w", rule.clone()));
        let tensor = init.var_builder(&vars, DType::F32, &CPU).get(dims.as_slice(), "w")?;
        assert_eq!(acceptance::values::values(&tensor)?, singles(&dims, rule.clone())?, "{rule}");
        let plan = init.plan(DType::F32, |vb| vb.get(dims.as_slice(), "w"))?;
        assert_eq!(plan.records()[0].rule, Some(rule));
    }
    Ok(())
}

/// Where a plan names a mean and standard deviation, the values have them, over the squares of all elements.
#[test]
fn planned_moments_are_those_of_the_values() -> Outcome {
    for (text, dims) in [
        ("orthogonal(gain=2)", [40, 60]),
        ("orthogonal.on(gates(4))", [80, 30]),
        ("blocks(ones, zeros)", [40, 3]),
        ("const(3).sparse(0.25)", [40, 30]),
    ] {
        let init = Initializer::new(1).rule("w", text.parse::<Rule>()?);
        let plan = init.plan(DType::F64, |vb| vb.get(&dims, "w"))?;
        let values = drawn("w", &dims, text.parse::<Rule>()?, DType::F64)?;
        let n = values.len() as f64;
        let second = values.iter().map(|v| v * v).sum::<f64>() / n;
        let Some(Moments { mean, std }) = plan.records()[0].expected else { return Err(text.into()) };
        assert!((second - mean * mean - std * std).abs() < 1e-12, "{text}: {second} {mean} {std}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn identity_of_any_matrix(rows in 0..7_usize, cols in 0..7_usize, gain in 0.0..3.0_f64) {
        let initializer = init::IDENTITY.times(gain);
        for (index, value) in singles(&[rows, cols], initializer)?.into_iter().enumerate() {
            let expected = if index / cols == index % cols { f64::from(gain as f32) } else { 0.0 };
            prop_assert_eq!(value, expected);
        }
    }

    /// ZerO: entries ±1/√p with orthogonal columns for square powers of two, the identity for wide ones.
    #[test]
    fn hadamard_of_any_matrix(rows in 1..20_usize, cols in 1..20_usize) {
        let values = drawn("w", &[rows, cols], init::HADAMARD, DType::F64)?;
        if rows <= cols {
            prop_assert_eq!(values, drawn("w", &[rows, cols], init::IDENTITY, DType::F64)?);
        } else {
            let unit = 1.0 / (rows.next_power_of_two() as f64).sqrt();
            prop_assert!(values.iter().all(|v| v.abs() == unit));
            if rows.is_power_of_two() {
                prop_assert!(unorthogonality(&values, rows, cols, 1.0) < 1e-12);
            }
        }
    }

    /// Each part of a layer, flattened as its kind says, is orthogonal along its shorter side.
    #[test]
    fn orthogonal_of_any_kind(parts in 1..4_usize, rows in 1..9_usize, cols in 1..9_usize, taps in 1..4_usize) {
        let gates = singles(&[parts * rows, cols], init::ORTHOGONAL.on(Layer::Gates { gates: parts }))?;
        for part in gates.chunks(rows * cols) {
            prop_assert!(unorthogonality(part, rows, cols, 1.0) < 2e-6);
        }
        let conv = singles(&[parts * rows, cols, taps], init::ORTHOGONAL.on(Layer::conv(parts)))?;
        for part in conv.chunks(rows * cols * taps) {
            prop_assert!(unorthogonality(part, rows, cols * taps, 1.0) < 2e-6);
        }
        // Keras: the last axis against all others.
        let last = Init::Orthogonal { gain: 1.5, axis: Some(-1) };
        let keras = singles(&[parts, rows, cols], last)?;
        prop_assert!(unorthogonality(&keras, parts * rows, cols, 1.5) < 4e-6);
    }

    /// Blocks of one initializer are that initializer: elements keep their places in the stream.
    #[test]
    fn blocks_are_slices(shares in proptest::collection::vec(1..4_usize, 1..4), unit in 1..4_usize, cols in 1..5_usize) {
        let rows = unit * shares.iter().sum::<usize>();
        let initializer = Init::Randn { mean: 0.5, stdev: 2.0 };
        let rule = Rule::shares(shares.into_iter().map(|share| (share, initializer)));
        prop_assert_eq!(singles(&[rows, cols], rule)?, singles(&[rows, cols], initializer)?);
    }
}

/// Sylvester's matrix, entry by entry.
#[test]
fn hadamard_is_sylvesters() -> Outcome {
    let signs = [1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, -1.0, 1.0, -1.0, -1.0];
    assert_eq!(singles(&[4, 3], init::HADAMARD)?, signs.map(|sign: f64| sign / 2.0));
    Ok(())
}

/// Gates drawn as blocks are the gates of the layer kind: two ways to say one thing.
#[test]
fn orthogonal_gates_are_orthogonal_blocks() -> Outcome {
    let gates = singles(&[20, 5], init::ORTHOGONAL.on(Layer::LSTM))?;
    let blocks = singles(&[20, 5], Rule::blocks([init::ORTHOGONAL; 4]))?;
    assert_eq!(gates, blocks);
    assert_ne!(gates[..25], gates[25..50]);
    Ok(())
}

#[test]
fn axes_say_where_outputs_are() -> Outcome {
    let plain = singles(&[6, 4], init::ORTHOGONAL)?;
    let turned = singles(&[4, 6], init::ORTHOGONAL.on(Layer::INPUT_FIRST))?;
    let transposed: Vec<_> = (0..24).map(|i| plain[i % 6 * 4 + i / 6]).collect();
    assert_eq!(turned, transposed);
    let hadamard = singles(&[3, 8], init::HADAMARD.on(Layer::INPUT_FIRST))?;
    let upright = singles(&[8, 3], init::HADAMARD)?;
    assert!((0..24).all(|i| hadamard[i] == upright[i % 8 * 3 + i / 8]));
    Ok(())
}

/// A Dirac kernel passes its channels through: candle's own convolutions say so.
#[test]
fn dirac_convolutions_pass_their_input_through() -> Outcome {
    for groups in [1, 3] {
        let rule = || init::IDENTITY.on(Layer::conv(groups));
        let one = Tensor::randn(0.0_f32, 1.0, (8, 3 * groups, 5), &CPU)?;
        let weight = Initializer::new(1).tensor("w", (9, 3, 3), rule(), DType::F32, &CPU)?;
        passes(&one, &one.conv1d(&weight, 1, 1, 1, groups)?, groups, 3)?;
        let two = Tensor::randn(0.0_f32, 1.0, (8, 3 * groups, 5, 5), &CPU)?;
        let weight = Initializer::new(1).tensor("w", (9, 3, 3, 3), rule(), DType::F32, &CPU)?;
        passes(&two, &two.conv2d(&weight, 1, 1, 1, groups)?, groups, 3)?;
    }
    Ok(())
}

/// Output channel `d` of each group of `9/groups` is input channel `d` of the group's `inputs`; the others are zero.
fn passes(input: &Tensor, output: &Tensor, groups: usize, inputs: usize) -> Outcome {
    let per_group = 9 / groups;
    for channel in 0..9 {
        let (group, d) = (channel / per_group, channel % per_group);
        let got = output.narrow(1, channel, 1)?;
        let want = if d < inputs { input.narrow(1, group * inputs + d, 1)? } else { got.zeros_like()? };
        assert_eq!(
            acceptance::values::values(&got)?,
            acceptance::values::values(&want)?,
            "channel {channel}"
        );
    }
    Ok(())
}

/// A delta-orthogonal convolution with circular edges keeps norms; inside, away from them, so does candle's.
#[test]
fn delta_orthogonal_keeps_norms() -> Outcome {
    let weight = Initializer::new(1).tensor("w", (7, 4, 3, 3), init::DELTA_ORTHOGONAL, DType::F64, &CPU)?;
    let input = Tensor::randn(0.0_f64, 1.0, (2, 4, 6, 6), &CPU)?;
    let output = input.conv2d(&weight, 1, 1, 1, 1)?;
    let norm = |t: &Tensor| t.sqr()?.sum_all()?.to_scalar::<f64>();
    assert!((norm(&output)? / norm(&input)? - 1.0).abs() < 1e-12);
    let values = acceptance::values::values(&weight)?;
    assert!(values.iter().enumerate().all(|(i, v)| i % 9 == 4 || *v == 0.0), "off the centre");
    Ok(())
}

/// SciPy 1.16's windows in Keras's formula, computed by NumPy.
#[test]
fn transforms_are_keras_transforms() -> Outcome {
    let golden: [(Stft, [usize; 2], &[f64]); 5] = [
        (
            Stft::default(),
            [4, 5],
            &[
                0.0,
                0.4082482905,
                0.8164965809,
                0.4082482905,
                0.0,
                0.0,
                0.2041241452,
                -0.4082482905,
                -0.4082482905,
                0.0,
                0.0,
                -0.2041241452,
                -0.4082482905,
                0.4082482905,
                0.0,
                0.0,
                -0.4082482905,
                0.8164965809,
                -0.4082482905,
                0.0,
            ],
        ),
        (
            Stft {
                side: Side::Imaginary,
                window: Window::Hamming,
                scaling: Scaling::Spectrum,
                periodic: true,
            },
            [3, 4],
            &[0.0, 0.0, 0.0, 0.0, 0.0, -0.25, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0],
        ),
        (
            Stft { window: Window::Tukey(0.5), ..Stft::default() },
            [3, 6],
            &[
                0.0,
                0.4743342836,
                0.5244110863,
                0.5244110863,
                0.4743342836,
                0.0,
                0.0,
                0.0,
                -0.5244110863,
                0.0,
                0.4743342836,
                0.0,
                0.0,
                -0.4743342836,
                0.5244110863,
                -0.5244110863,
                0.4743342836,
                0.0,
            ],
        ),
        (
            Stft { side: Side::Real, window: Window::Hamming, scaling: Scaling::None, periodic: true },
            [3, 4],
            &[0.08, 0.54, 1.0, 0.54, 0.08, 0.0, -1.0, 0.0, 0.08, -0.54, 1.0, -0.54],
        ),
        (
            Stft { side: Side::Imaginary, window: Window::Blackman, scaling: Scaling::None, periodic: true },
            [3, 5],
            &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.2007701433, 0.0, 0.8492298567, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        ),
    ];
    for (stft, [bins, frame], expected) in golden {
        let got = drawn("w", &[bins, 1, frame], Init::Stft { gain: 1.0, stft }, DType::F64)?;
        let close = got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(close && got.len() == expected.len(), "{stft:?}: {got:?}");
    }
    Ok(())
}

#[test]
fn ranges_values_and_state_matrices() -> Outcome {
    assert_eq!(singles(&[2, 3], Init::Range { start: 1.0, step: 0.5 })?, [1.0, 1.5, 2.0, 1.0, 1.5, 2.0]);
    let a_log = drawn("w", &[2, 4], init::mamba_a_log(), DType::F64)?;
    assert!(a_log.iter().enumerate().all(|(i, v)| (v.exp() - (i % 4 + 1) as f64).abs() < 1e-12));
    let softplus = |b: &f64| b.exp().ln_1p();
    let bias = drawn("w", &[10_000], init::mamba_dt_bias(0.001, 0.1, 0.004)?, DType::F64)?;
    assert!(bias.iter().map(softplus).all(|dt| dt > 0.004 * (1.0 - 1e-9) && dt < 0.1 * (1.0 + 1e-9)));
    // Log-uniform: a share of ln 4/ln 100 = 0.301 stands at the floor.
    let floored = bias.iter().map(softplus).filter(|dt| (dt / 0.004 - 1.0).abs() < 1e-9).count();
    assert!((2700..3320).contains(&floored), "{floored}");
    let rows = Rule::tensor(&Tensor::new(&[[1_f32], [2.0]], &CPU)?)?;
    assert_eq!(singles(&[2, 2], rows)?, [1.0, 1.0, 2.0, 2.0]);
    assert_eq!(singles(&[2, 2], Rule::values((), vec![0.5])?)?, [0.5; 4]);
    Ok(())
}

/// What does not fit is said, with what would.
#[test]
fn what_does_not_fit() {
    let cases: [(&[usize], &str, &str); 22] = [
        (&[7], "orthogonal", "rank 2 or more"),
        (&[], "identity", "rank 2 or more"),
        (&[3, 4], "orthogonal(axis=2)", "an axis of the shape"),
        (&[3, 4, 4], "dirac", "`centre=lower`, as JAX"),
        (&[3, 5, 3], "delta_orthogonal", "as many outputs as inputs"),
        (&[7, 2, 3], "dirac.on(conv(groups=2))", "the groups must divide"),
        (&[7, 2], "orthogonal.on(gates(2))", "the gates must divide"),
        (&[7, 2], "orthogonal.on(experts)", "one role for each axis"),
        (&[3, 4], "orthogonal(gain=NaN)", "gain is NaN"),
        (&[1, 1, 4], "stft", "2 bins or more"),
        (&[4, 2, 4], "stft", "(bins, 1, frame)"),
        (&[2, 3], "values([1, 2])", "do not broadcast"),
        (&[3], "values([[1, 2, 3]])", "do not broadcast"),
        (&[4, 2], "blocks(zeros, ones, zeros)", "that 3 shares divide"),
        (&[], "blocks(zeros, ones)", "rank 1 or more"),
        (&[3, 3], "normal.sparse(-0.1)", "sparsity is -0.1: a fraction in [0, 1]"),
        (&[3, 3], "normal.sparse(1.1)", "sparsity is 1.1"),
        (&[3, 3, 3], "normal.sparse(0.5)", "a matrix is required"),
        (&[3, 3], "normal.zero_row(3)", "row 3 is asked for, and it has 3"),
        (&[3, 3], "const(1000).exp()", "which F32 cannot hold"),
        (&[3, 3], "const(-1).ln()", "element 0 is NaN"),
        (&[3, 3], "normal.by_depth()", "a layer number in the parameter's path is required"),
    ];
    for (dims, text, part) in cases {
        let message = refusal(dims, text);
        assert!(
            message.starts_with(&format!("parameter `w` {dims:?}: ")) && message.contains(part),
            "{message}"
        );
    }
}

/// A value that f32 holds and the narrow dtype does not is refused too.
#[test]
fn narrow_dtypes_overflow_loudly() -> Outcome {
    let rule = || Init::Range { start: 0.0, step: 10_000.0 };
    assert_eq!(singles(&[1, 8], rule())?[7], 70_000.0);
    let error = drawn("w", &[1, 8], rule(), DType::F16).err().ok_or("accepted")?;
    assert!(error.to_string().contains("element 7 is 70000, which F16 cannot hold"), "{error}");
    Ok(())
}

/// Tensors without elements are made by every initializer that takes their rank.
#[test]
fn nothing_of_anything() -> Outcome {
    for dims in [[0, 3], [3, 0], [0, 0]] {
        for text in
            ["identity", "orthogonal", "hadamard", "range", "normal.sparse(0.5)", "blocks(zeros, ones, ones)"]
        {
            if !(text.starts_with("hadamard") && dims[1] == 0) {
                assert_eq!(singles(&dims, text.parse::<Rule>()?)?.len(), 0, "{text} at {dims:?}");
            }
        }
    }
    assert_eq!(Shape::from((0, 3)).elem_count(), 0);
    Ok(())
}
