//! burn-nn 0.22 (`burn-nn/src/initializer.rs` and its layers), tch 0.22 (`tests/var_store.rs`), dfdx 0.13
//! (`linear.rs`), and Lux's WeightInitializers (`test/*.jl`). candle 0.11 has no test of `init.rs`.

use acceptance::drawn::{drawn, refusal, singles, unorthogonality};
use acceptance::stats::assert_mean_std;
use acceptance::values;
use candle_core::{DType, Shape};
use candle_init::{Fans, Framework, Init, Initializer, Layer, Rule, init};
use candle_nn::Conv2dConfig;
use reference::Distribution;

use super::{CPU, Outcome, cube, follows};

/// burn, `initializer_uniform_init`, `…_normal_init`, `…_constant_init` and its zeros and ones: in range, and mean and
/// variance within 0.1 over 10 000 values there.
#[test]
fn burn_plain_initializers() -> Outcome {
    follows(Init::Uniform { lo: 0.0, up: 1.0 }, &cube(4), Distribution::Uniform(0.0, 1.0))?;
    follows(Init::Randn { mean: 0.0, stdev: 1.0 }, &cube(1), Distribution::Normal(0.0, 1.0))?;
    for value in [0.0, 1.0, 5.0] {
        assert_eq!(singles(&[2, 2, 2, 2], Init::Const(value))?, [value; 16]);
    }
    Ok(())
}

/// burn, `kaiming_*` and `xavier_*`: ranges over both fans, and normals whose variance burn compares to 0.1 where it
/// should be 0.004, so that zeros would pass. Here 1 % of the standard deviation is refused.
#[test]
fn burn_fan_initializers() -> Outcome {
    let (fan_in, fan_out, gain) = (1024.0_f64, 4096.0_f64, 2.0);
    let he = |fan: &str, form: &str| {
        format!("variance_scaling(scale=4, fan={fan}, distribution={form})").parse::<Rule>()
    };
    let dims = [4096, 1024];
    for (fan, n) in [("in", fan_in), ("out", fan_out)] {
        let bound = gain * (3.0 / n).sqrt();
        follows(he(fan, "uniform")?, &dims, Distribution::Uniform(-bound, bound))?;
        follows(he(fan, "normal")?, &dims, Distribution::Normal(0.0, gain / n.sqrt()))?;
    }
    let xavier = gain * (2.0 / (fan_in + fan_out)).sqrt();
    let bound = 3_f64.sqrt() * xavier;
    follows(init::GLOROT_UNIFORM.times(gain), &dims, Distribution::Uniform(-bound, bound))?;
    follows(init::GLOROT_NORMAL.times(gain), &dims, Distribution::Normal(0.0, xavier))
}

/// burn, `…_bias` and `…_no_fan`: burn gives a bias the weight's fans, and panics where it has none. Here a scheme of fans on a
/// bias is an error that names the parameter.
#[test]
fn burn_without_fans() {
    for initializer in ["he_uniform", "glorot_normal"] {
        let message = refusal(&[7], initializer);
        assert!(
            message.starts_with("parameter `w` [7]: ")
                && message.contains("only tensors of rank 2 or more have one"),
            "{message}"
        );
    }
}

/// burn, `initializer_orthogonal_*`: within 0.1 there, 2e-6 here, over the same shapes; one dimension is an error.
#[test]
fn burn_orthogonal() -> Outcome {
    for dims in [&[10, 10][..], &[25, 30], &[30, 25]] {
        let off = unorthogonality(&singles(dims, init::ORTHOGONAL)?, dims[0], dims[1], 1.0);
        assert!(off < 2e-6, "{dims:?}: {off:e}");
    }
    for matrix in singles(&[24, 6, 85], init::ORTHOGONAL.on(Layer::EXPERTS))?.chunks(6 * 85) {
        assert!(unorthogonality(matrix, 6, 85, 1.0) < 2e-6);
    }
    let flat = singles(&[24, 6, 85], init::ORTHOGONAL)?;
    assert!(unorthogonality(&flat, 24, 6 * 85, 1.0) < 2e-6);
    assert!(refusal(&[80], "orthogonal").contains("rank 2 or more"));
    Ok(())
}

/// burn, the tests of its layers: weights and biases in ±1/√fan_in, fans over groups that divide. Its layers' defaults
/// are PyTorch's, which the framework gives. Range there; here also the standard deviation that is planned.
#[test]
fn burn_layers() -> Outcome {
    let init = Initializer::new(1).defaults(Framework::PyTorch);
    let vars = candle_nn::VarMap::new();
    init.build(&vars, DType::F32, &CPU, |vb| {
        candle_nn::linear(5, 300, vb.pp("linear"))?;
        candle_nn::conv1d(5, 50, 5, Default::default(), vb.pp("conv1d"))?;
        candle_nn::conv2d(6, 90, 4, Conv2dConfig { groups: 3, ..Default::default() }, vb.pp("conv2d"))
    })?;
    let fan_in = |name: &str| if name.starts_with("linear") { 5.0 } else { 25.0 };
    for (name, var) in candle_init::named_vars(&vars) {
        let n: f64 = if name.starts_with("conv2d") { 32.0 } else { fan_in(&name) };
        let bound = 1.0 / n.sqrt();
        assert!(values::values(&var)?.iter().all(|v| v.abs() <= bound), "{name}");
        let report = init.report(&vars)?;
        let entry = report.records().iter().find(|record| record.name == name).ok_or("unreported")?;
        let planned = entry.expected.map(|m| m.std).ok_or("no std")?;
        assert!((planned * 3_f64.sqrt() / bound - 1.0).abs() < 1e-12, "{name}");
    }
    assert!(refusal(&[7, 2, 3], "he_normal.on(conv(groups=2))").contains("the groups must divide"));
    Ok(())
}

/// tch, `init_test`: seed 42 over some thousand values with tolerances of 5 to 40 %. A Kaiming initializer of (20, 100) has std
/// √0.02; the norm of an orthogonal 100 × 100 with gain 2 is 20.
#[test]
fn tch_init() -> Outcome {
    assert_eq!(singles(&[3], Init::Const(42.0))?, [42.0; 3]);
    follows(Init::Uniform { lo: 1.0, up: 2.0 }, &cube(1), Distribution::Uniform(1.0, 2.0))?;
    follows(Init::Randn { mean: 0.0, stdev: 0.02 }, &cube(1), Distribution::Normal(0.0, 0.02))?;
    let orthogonal = drawn("w", &[100, 100], init::ORTHOGONAL.times(2.0), DType::F64)?;
    let norm = orthogonal.iter().map(|v| v * v).sum::<f64>().sqrt();
    assert!((norm - 20.0).abs() < 1e-12, "{norm}");
    assert!(refusal(&[100], "orthogonal").contains("rank 2 or more"));
    for initializer in [init::HE_UNIFORM, init::HE_NORMAL] {
        let std = initializer.distribution(&Shape::from((20, 100)), Layer::Linear)?.std();
        assert!((std - 0.02_f64.sqrt()).abs() < 1e-15, "{initializer}");
    }
    let bound = 0.06_f64.sqrt();
    follows(init::HE_UNIFORM, &[41_944, 100], Distribution::Uniform(-bound, bound))?;
    follows(init::HE_NORMAL, &[41_944, 100], Distribution::Normal(0.0, 0.02_f64.sqrt()))
}

/// dfdx, `test_linear_initialize`: within ±1/√2000, which zeros are too; here the whole form.
#[test]
fn dfdx_linear() -> Outcome {
    let bound = 1.0 / 2000_f64.sqrt();
    follows(init::PYTORCH_UNIFORM, &[2097, 2000], Distribution::Uniform(-bound, bound))
}

/// Lux, `kaiming_uniform` fills its range: the least and the most of (100, 400) values lie past 0.9 of the bound.
#[test]
fn lux_kaiming_uniform() -> Outcome {
    for dims in [[100, 100], [100, 400]] {
        let (got, bound) = (singles(&dims, init::HE_UNIFORM)?, (6.0 / dims[1] as f64).sqrt());
        let (least, most) = got.iter().fold((0.0, 0.0), |(a, b): (f64, f64), &v| (a.min(v), b.max(v)));
        assert!((-bound..-0.999 * bound).contains(&least), "{least} {bound}");
        assert!(most <= bound && most > 0.999 * bound, "{most} {bound}");
    }
    Ok(())
}

/// Lux, variances of Kaiming and Glorot initializers within 10 %, its layout (…, in, out) for kernels. Its Glorot vector of 1000
/// is an error here. Beside the exact number, enough tensors for 1 %.
#[test]
fn lux_variances() -> Outcome {
    let cases: [(&[usize], &str, f64); 4] = [
        (&[100, 100], "oi", 200.0),
        (&[100, 400], "oi", 500.0),
        (&[2, 3, 32, 64], "kkio", 6.0 * 96.0),
        (&[2, 3, 4, 32, 64], "kkkio", 24.0 * 96.0),
    ];
    for (dims, axes, fans) in cases {
        for (initializer, kurtosis) in [(init::GLOROT_UNIFORM, 1.8), (init::GLOROT_NORMAL, 3.0)] {
            let (std, rule) = ((2.0 / fans).sqrt(), initializer.on(Layer::Axes(axes.parse()?)));
            let mut sample: Vec<f32> = Vec::new();
            for tensor in 0..=(1 << 20) / dims.iter().product::<usize>() {
                let name = format!("layer.{tensor}");
                let values = drawn(&name, dims, rule.clone(), DType::F32)?;
                sample.extend(values.into_iter().map(|v| v as f32));
            }
            assert_mean_std(&sample, 0.0, std, kurtosis, &rule.to_string());
        }
    }
    assert!(refusal(&[1000], "glorot_uniform").contains("only tensors of rank 2 or more have one"));
    Ok(())
}

/// Lux, `orthogonal`: outputs last, all other axes against them.
#[test]
fn lux_orthogonal() -> Outcome {
    let last = Init::Orthogonal { gain: 1.0, axis: Some(-1) };
    for dims in [&[5, 3][..], &[3, 5], &[3, 4, 5], &[2, 2, 5]] {
        let (got, cols) = (drawn("w", dims, last, DType::F64)?, dims[dims.len() - 1]);
        assert!(unorthogonality(&got, got.len() / cols, cols, 1.0) < 1e-14, "{dims:?}");
    }
    Ok(())
}

/// Lux, `sparse_init`: −0.1 is no zeros there and 1.1 all; here both are errors. The count of zeros is exact in both.
#[test]
fn lux_sparse() -> Outcome {
    for (text, part) in [("-0.1", "sparsity is -0.1"), ("1.1", "sparsity is 1.1")] {
        assert!(refusal(&[100, 100], &format!("normal.sparse({text})")).contains(part));
    }
    for dims in [&[3][..], &[3, 4, 5]] {
        assert!(refusal(dims, "normal.sparse(0.1)").contains("a matrix is required"));
    }
    for (fraction, zeros) in [(0.0, 0), (0.37, 37), (0.375, 38), (1.0, 100)] {
        let got = singles(&[100, 30], init::ONES.sparse(fraction))?;
        let count = |col: usize| got.iter().skip(col).step_by(30).filter(|v| **v == 0.0).count();
        assert!((0..30).all(|col| count(col) == zeros), "{fraction}");
    }
    Ok(())
}

/// Lux, `identity_init`: square, with a gain, wide, tall, and kernels. A vector is zeros there and an error here; its
/// `shift`, a rolled identity, is written as `values`.
#[test]
fn lux_identity() -> Outcome {
    for (rows, cols, gain) in [(5, 5, 1.0), (5, 5, 2.5), (3, 5, 1.0), (5, 3, 1.0)] {
        let got = singles(&[rows, cols], init::IDENTITY.times(gain))?;
        let expected = |i: usize| if i / cols == i % cols { gain } else { 0.0 };
        assert!(got.iter().enumerate().all(|(i, v)| *v == expected(i)), "{rows}x{cols}");
    }
    let kernel = singles(&[3, 3, 2, 2], "dirac(centre=lower)".parse::<Rule>()?)?;
    assert!(kernel.iter().enumerate().all(|(i, v)| *v == f64::from(u8::from(i % 16 == 0))));
    assert!(refusal(&[5], "identity").contains("rank 2 or more"));
    let shifted = "values([[0, 1], [1, 0]])".parse::<Rule>()?;
    assert_eq!(singles(&[2, 2], shifted)?, [0.0, 1.0, 1.0, 0.0]);
    Ok(())
}

/// Lux, `nfan`: matrices and kernels; its fans of a scalar, 1 and 1, and of a vector, 1 and 4, are errors here.
#[test]
fn lux_fans() -> Outcome {
    let plain = Fans::new(&Shape::from((4, 5)), Layer::Linear)?;
    assert_eq!(plain, Fans { fan_in: 5.0, fan_out: 4.0 });
    let kernel = Fans::new(&Shape::from((4, 5, 6)), Layer::Axes("kio".parse()?))?;
    assert_eq!(kernel, Fans { fan_in: 20.0, fan_out: 24.0 });
    for dims in [&[][..], &[4]] {
        assert!(Fans::new(&Shape::from(dims), Layer::Linear).is_err());
    }
    Ok(())
}

/// Lux, `truncated_normal` warns that a mean of −5 outside of (−2, 2) may come out wrong. Here the far tail follows its distribution.
#[test]
fn lux_far_mean() -> Outcome {
    let rule: Rule = "truncated_normal(mean=-5, std=1, lo=-2, up=2, cut=absolute)".parse()?;
    follows(rule, &cube(1), Distribution::TruncatedNormal(-5.0, 1.0, -2.0, 2.0))
}

/// The mode and slope of burn's and candle's Kaiming initializers, in candle's words, are read as ours.
#[test]
fn candle_words() -> Outcome {
    let hint = candle_nn::init::DEFAULT_KAIMING_UNIFORM;
    assert_eq!(Init::from(hint), init::HE_UNIFORM);
    Ok(())
}
