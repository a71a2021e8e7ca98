//! JAX 0.10 (`tests/nn_test.py`, `tests/random_lax_test.py`), flax 0.12 (`tests/linen/initializers_test.py`) and haiku
//! (`initializers_test.py`).

use acceptance::drawn::{drawn, refusal, singles, unorthogonality};
use acceptance::rounded;
use acceptance::stats::check_mean_std;
use acceptance::values;
use candle_core::{DType, Shape};
use candle_init::{Axes, Cut, Fans, Framework, Init, Initializer, Layer, NAMED, Rule, init};
use reference::Distribution;

use super::{CPU, Outcome, cube, follows};

/// `NNInitializersTest.testInitializer`, haiku's `test_initializers`, Lux's sizes and types: shape and dtype of every
/// initializer. JAX filters by rank in silence; here an initializer is made or says the rank that it needs, and values are finite
/// and the same in a second draw.
#[test]
fn every_initializer_at_every_shape() -> Outcome {
    let shapes: [&[usize]; 9] =
        [&[], &[2], &[2, 2], &[2, 3], &[3, 2], &[2, 3, 5], &[5, 3, 1], &[2, 3, 3, 5], &[20, 42]];
    for ((name, initializer), dims) in
        NAMED.into_iter().flat_map(|initializer| shapes.map(|dims| (initializer, dims)))
    {
        for dtype in [DType::F32, DType::F64, DType::BF16] {
            match Initializer::new(1).tensor("w", dims, initializer, dtype, &CPU) {
                Ok(tensor) => {
                    assert_eq!((tensor.dims(), tensor.dtype()), (dims, dtype), "{name}");
                    assert!(values::values(&tensor)?.iter().all(|v| v.is_finite()), "{name}");
                    assert_eq!(values::values(&tensor)?, drawn("w", dims, initializer, dtype)?, "{name}");
                }
                Err(error) => assert!(refused(name, dims, &error.to_string()), "{name} {dims:?}: {error}"),
            }
        }
    }
    Ok(())
}

/// Rank 0 and 1 have no fan and hold no matrix; a delta kernel also needs as many outputs as inputs.
fn refused(name: &str, dims: &[usize], error: &str) -> bool {
    let rank = dims.len() < 2 && (error.contains("rank 2 or more") || error.contains("has none"));
    let narrow = name == "delta_orthogonal" && error.contains("as many outputs as inputs");
    rank || narrow && dims[0] < dims[1]
}

/// `testVarianceScalingError`: a fan initializer at shape (5,) says why.
#[test]
fn fan_initializers_of_vectors() {
    for initializer in ["glorot_uniform", "he_truncated_normal", "lecun_normal"] {
        let message = refusal(&[5], initializer);
        assert!(message.contains("it scales with a fan, and only tensors of rank 2"), "{message}");
    }
}

/// `testOrthogonalZeroSize` (0 to 3), `random_lax_test.testOrthogonal` (0 to 4) and its batches: orthogonal along the
/// shorter side to a few units in the last place, where JAX takes `allclose`'s 1e-2 at the widest.
#[test]
fn orthogonal_of_any_size() -> Outcome {
    for (rows, cols) in (0..5).flat_map(|rows| (0..5).map(move |cols| (rows, cols))) {
        let one = drawn("w", &[rows, cols], init::ORTHOGONAL, DType::F64)?;
        assert!(unorthogonality(&one, rows, cols, 1.0) < 1e-14, "{rows}x{cols}");
        let batch = drawn("w", &[3, rows, cols], init::ORTHOGONAL.on(Layer::EXPERTS), DType::F64)?;
        assert_eq!(batch.len(), 3 * rows * cols);
        for matrix in batch.chunks((rows * cols).max(1)) {
            assert!(unorthogonality(matrix, rows, cols, 1.0) < 1e-14, "{rows}x{cols} of a batch");
        }
    }
    Ok(())
}

/// `testVarianceScalingMultiAxis` and `…BatchAxis` look at shapes alone. Here the fans are JAX's, and four million
/// values have the standard deviation that follows.
#[test]
fn many_axes() -> Outcome {
    let multi = Axes::new(4, &[0, 1], &[-2, -1], &[])?;
    let fans = Fans::new(&Shape::from((2, 3, 4, 5)), Layer::Axes(multi))?;
    assert_eq!(fans, Fans { fan_in: 6.0, fan_out: 20.0 });
    follows(
        init::LECUN_NORMAL.on(Layer::Axes(multi)),
        &[32, 32, 64, 64],
        Distribution::Normal(0.0, 1.0 / 32.0),
    )?;
    let batch = Axes::new(3, &[-2], &[-1], &[0])?;
    let fans = Fans::new(&Shape::from((2, 3, 4)), Layer::Axes(batch))?;
    assert_eq!(fans, Fans { fan_in: 3.0, fan_out: 4.0 });
    follows(init::LECUN_NORMAL.on(Layer::Axes(batch)), &[64, 256, 256], Distribution::Normal(0.0, 1.0 / 16.0))
}

/// `random_lax_test.py`, uniform, normal and truncated normal, with JAX's window (−0.3, 0.3): 10 000 values there. In
/// narrow dtypes JAX asks less of its p-value, since rounded values are discrete; here they have the moments of
/// the rounded distribution.
#[test]
fn initializers_in_every_float() -> Outcome {
    let cut = Cut::Sigmas { lo: -0.3, up: 0.3 };
    for (initializer, expected) in [
        (Init::Uniform { lo: 0.0, up: 1.0 }, Distribution::Uniform(0.0, 1.0)),
        (Init::Randn { mean: 0.0, stdev: 1.0 }, Distribution::Normal(0.0, 1.0)),
        (
            Init::TruncatedNormal { mean: 0.0, stdev: 1.0, cut },
            Distribution::TruncatedNormal(0.0, 1.0, -0.3, 0.3),
        ),
    ] {
        follows(initializer, &cube(1), expected)?;
        for dtype in [DType::F64, DType::F16, DType::BF16] {
            let tensor = Initializer::new(1).tensor("w", cube(1), initializer, dtype, &CPU)?;
            let [mean, std, kurtosis] = rounded::moments(expected, dtype);
            let got = values::singles(&tensor)?;
            check_mean_std(&got, mean, std, kurtosis)?;
            let (lo, up) = initializer.distribution(&Shape::from(1), Layer::Linear)?.support();
            assert!(
                values::values(&tensor)?.iter().all(|v| (lo..=up).contains(v)),
                "{initializer} {dtype:?}"
            );
        }
    }
    Ok(())
}

/// flax: `zeros_init`, `ones_init`, and a Dense kernel and bias by default.
#[test]
fn zeros_ones_and_a_dense_layer() -> Outcome {
    assert_eq!(singles(&[2, 3], init::ZEROS)?, [0.0; 6]);
    assert_eq!(singles(&[2, 3], init::ONES)?, [1.0; 6]);
    let flax = Initializer::new(1).defaults(Framework::Flax);
    let plan = flax.plan(DType::F32, |vb| candle_nn::linear(100, 10, vb))?;
    let initializers: Vec<_> =
        plan.records().iter().map(|r| r.rule.as_ref().map(ToString::to_string).unwrap_or_default()).collect();
    assert_eq!(initializers, ["lecun_truncated_normal.on(linear)", "zeros"]);
    let vars = candle_nn::VarMap::new();
    let vb = flax.var_builder(&vars, DType::F32, &CPU);
    let dense = candle_nn::linear(100, 10, vb)?;
    let most = values::values(dense.weight())?.into_iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    assert!(most <= 0.2 / 0.879_625_661_034_239_8);
    Ok(())
}

/// haiku's table of `_compute_fans`. Its fans of a scalar and of a vector, 1 and 1, 2 and 2, are errors here: they would
/// make a Glorot bias.
#[test]
fn haiku_fans() -> Outcome {
    let cases: [(&[usize], &str, f64, f64); 4] = [
        (&[3, 4], "io", 3.0, 4.0),
        (&[1, 2, 3, 4], "kkio", 6.0, 8.0),
        (&[3, 5, 9], "ioo", 3.0, 45.0),
        (&[3, 5, 7, 4], "iioo", 15.0, 28.0),
    ];
    for (dims, axes, fan_in, fan_out) in cases {
        let fans = Fans::new(&Shape::from(dims), Layer::Axes(axes.parse()?))?;
        assert_eq!(fans, Fans { fan_in, fan_out }, "{dims:?}");
    }
    for dims in [&[][..], &[2]] {
        assert!(Fans::new(&Shape::from(dims), Layer::Linear).is_err());
    }
    Ok(())
}

/// haiku's Identity: `x·W` is a cut of `x`, exactly and not to 1e-2, and the mean is gain/last.
#[test]
fn identity_cuts() -> Outcome {
    let weight = singles(&[42, 20], "identity(gain=1.5).on(input_first)".parse::<Rule>()?)?;
    let x: Vec<f64> = (0..42).map(|i| f64::from(i) - 20.5).collect();
    for col in 0..20 {
        let dot: f64 = (0..42).map(|row| x[row] * weight[row * 20 + col]).sum();
        assert_eq!(dot, 1.5 * x[col]);
    }
    let square = singles(&[20, 20], "identity(gain=1.5)".parse::<Rule>()?)?;
    assert!((square.iter().sum::<f64>() / 400.0 - 1.5 / 20.0).abs() < 1e-15);
    Ok(())
}

/// JAX's `delta_orthogonal`: which shapes it takes, and which tap holds the matrix, for even kernels too.
#[test]
fn delta_orthogonal() -> Outcome {
    assert!(refusal(&[2, 3, 3], "delta_orthogonal").contains("as many outputs as inputs"));
    for kernel in [vec![3], vec![2, 3], vec![4, 2, 3]] {
        let dims = [vec![5, 3], kernel.clone()].concat();
        let got = drawn("w", &dims, "delta_orthogonal(centre=lower)".parse::<Rule>()?, DType::F64)?;
        let taps: usize = kernel.iter().product();
        let centre = kernel.iter().fold(0, |at, &k| at * k + (k - 1) / 2);
        assert!(got.iter().enumerate().all(|(i, v)| i % taps == centre || *v == 0.0), "{kernel:?}");
        let matrix: Vec<f64> = got.into_iter().skip(centre).step_by(taps).collect();
        assert!(unorthogonality(&matrix, 5, 3, 1.0) < 1e-14, "{kernel:?}");
    }
    Ok(())
}
