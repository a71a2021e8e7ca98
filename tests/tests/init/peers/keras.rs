//! Keras 3.15, `keras/src/initializers/*_test.py`, and tf.keras 2.21, `initializers_test.py`.

use acceptance::drawn::{drawn, refusal, singles, unorthogonality};
use acceptance::values::values;
use candle_core::{DType, Shape, Tensor};
use candle_init::{Axes, Fans, Init, Initializer, Layer, NAMED, Rule, init};
use reference::Distribution;

use super::{CPU, Outcome, cube, follows};

/// `random_initializers_test.py`, RandomNormal: (25, 20) values with a std within 0.1 of 1. Four million are tested to
/// 1 %. An initializer of one seed gives one name the same values again; another name or seed gives others, where
/// Keras needs a `SeedGenerator`. There is no unseeded initializer whose clone could differ.
#[test]
fn normal_and_seeds() -> Outcome {
    follows(Init::Randn { mean: 0.0, stdev: 1.0 }, &cube(2), Distribution::Normal(0.0, 1.0))?;
    let make = |init: &Initializer, name: &str| -> Result<Vec<f64>, Box<dyn std::error::Error>> {
        let normal = Init::Randn { mean: 0.0, stdev: 1.0 };
        Ok(values(&init.tensor(name, (25, 20), normal, DType::F32, &CPU)?)?)
    };
    let init = Initializer::new(1337);
    assert_eq!(make(&init, "w")?, make(&init, "w")?);
    assert_eq!(make(&init, "w")?, make(&init.clone(), "w")?);
    assert_ne!(make(&init, "w")?, make(&init, "v")?);
    assert_ne!(make(&init, "w")?, make(&Initializer::new(1338), "w")?);
    Ok(())
}

/// RandomUniform: 25 values between −1 and 1; four million here.
#[test]
fn uniform() -> Outcome {
    follows(Init::Uniform { lo: -1.0, up: 1.0 }, &cube(2), Distribution::Uniform(-1.0, 1.0))
}

/// The initializer of Keras's truncated normal with this standard deviation after the cut.
fn cut(std: f64) -> Distribution {
    let parent = std / 0.879_625_661_034_239_8;
    Distribution::TruncatedNormal(0.0, parent, -2.0 * parent, 2.0 * parent)
}

/// VarianceScaling with scale 2 over a matrix (in, out): Keras allows 0.1 at a standard deviation of 0.28.
#[test]
fn variance_scaling() -> Outcome {
    for (fan, n) in [("in", 8192.0_f64), ("out", 512.0), ("average", 4352.0)] {
        let rule: Rule =
            format!("variance_scaling(scale=2, fan={fan}, distribution=truncated_normal).on(input_first)")
                .parse()?;
        follows(rule, &[8192, 512], cut((2.0 / n).sqrt()))?;
    }
    Ok(())
}

/// VarianceScaling by axes, and the kernels of MultiHeadAttention: at (32, 4, 16) the tolerance in Keras is as wide as
/// the effect. Here the plain numbers are equal to 1e-15, and four million values are tested to 1 %.
#[test]
fn scaling_by_axes() -> Outcome {
    let he = "variance_scaling(scale=2, fan=in, distribution=truncated_normal)".parse::<Init>()?;
    let std = |axes: &str| -> candle_init::Result<f64> {
        Ok(he.distribution(&Shape::from((32, 4, 16)), Layer::Axes(axes.parse()?))?.std())
    };
    assert!((std("ioo")? - (2.0_f64 / 32.0).sqrt()).abs() < 1e-15);
    assert!((std("kio")? - (2.0_f64 / 128.0).sqrt()).abs() < 1e-15);
    follows(he.on(Layer::Axes("ioo".parse()?)), &[512, 64, 128], cut((2.0_f64 / 512.0).sqrt()))?;
    let query = init::LECUN_TRUNCATED_NORMAL.on(Layer::Axes(Axes::new(3, &[0], &[1, 2], &[])?));
    follows(query, &[512, 64, 128], cut((1.0_f64 / 512.0).sqrt()))
}

/// `compute_fans` with explicit axes.
#[test]
fn fans_by_axes() -> Outcome {
    let shape = Shape::from((512, 8, 64));
    for (input, output, fan_in, fan_out) in
        [(&[0][..], &[1, 2][..], 512.0, 512.0), (&[0, 1], &[2], 4096.0, 64.0)]
    {
        let axes = Axes::new(3, input, output, &[])?;
        assert_eq!(Fans::new(&shape, Layer::Axes(axes))?, Fans { fan_in, fan_out });
    }
    Ok(())
}

/// Orthogonal, (5, 5) with gain 2: columns of norm 2, orthogonal to seven places; wide and tall ones as well.
#[test]
fn orthogonal() -> Outcome {
    for (rows, cols) in [(5, 5), (7, 4), (4, 7)] {
        let initializer = Init::Orthogonal { gain: 2.0, axis: Some(-1) };
        let off = unorthogonality(&drawn("w", &[rows, cols], initializer, DType::F64)?, rows, cols, 2.0);
        assert!(off < 1e-14 * 4.0, "{off:e}");
        assert!(unorthogonality(&singles(&[rows, cols], initializer)?, rows, cols, 2.0) < 4e-6);
    }
    Ok(())
}

/// `get("typo")` is an error, which names the nearest initializer. `test_get_method` asserts something that is always true;
/// here names and initializers are compared.
#[test]
fn names() -> Outcome {
    for (name, initializer) in NAMED {
        assert_eq!(name.parse::<Init>()?, initializer);
        assert_eq!(name.to_uppercase().parse::<Rule>()?, initializer.into());
    }
    let error = "glorot_unifrom".parse::<Init>().err().ok_or("read")?;
    assert!(error.to_string().contains("did you mean `glorot_uniform`?"), "{error}");
    assert!("typo".parse::<Init>().is_err());
    Ok(())
}

/// `get(tensor)` gives the tensor; one of another shape is an error.
#[test]
fn tensors_are_initializers() -> Outcome {
    let tensor = Tensor::new(&[[1.5_f32, -2.0], [0.25, 4.0]], &CPU)?;
    assert_eq!(singles(&[2, 2], Rule::tensor(&tensor)?)?, [1.5, -2.0, 0.25, 4.0]);
    let error = singles(&[3, 2], Rule::tensor(&tensor)?).err().ok_or("accepted")?;
    assert!(error.to_string().contains("do not broadcast"), "{error}");
    Ok(())
}

/// A scale below zero, an unknown mode, distribution, side, scaling and window are errors that say what is known.
#[test]
fn bad_arguments() {
    assert!(refusal(&[3, 4], "variance_scaling(scale=-1)").contains("a positive, finite number"));
    assert!(refusal(&[3, 4], "variance_scaling(scale=0)").contains("a positive, finite number"));
    for (text, part) in [
        ("variance_scaling(fan=invalid)", "known are in, out, average"),
        ("variance_scaling(distribution=invalid)", "known are"),
        ("stft(side=both)", "known are real, imaginary"),
        ("stft(scaling=some)", "known are none, density, spectrum"),
        ("stft(window=unknown)", "known are boxcar, hann"),
    ] {
        let error = text.parse::<Rule>().err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(part), "{text}: {error}");
    }
}

/// `constant_initializers_test.py`: zeros, ones, a constant, an array, the identity with a gain.
#[test]
fn constants() -> Outcome {
    assert_eq!(singles(&[3, 3], init::ZEROS)?, [0.0; 9]);
    assert_eq!(singles(&[3, 3], init::ONES)?, [1.0; 9]);
    assert_eq!(singles(&[3, 3], Init::Const(6.0))?, [6.0; 9]);
    let row = Rule::values(3, vec![0.0, 1.0, 2.0])?;
    assert_eq!(singles(&[2, 3], row)?, [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
    let identity = "identity(gain=2)".parse::<Rule>()?;
    assert_eq!(singles(&[3, 3], identity)?, [2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0]);
    Ok(())
}

/// `random/random_test.py`, truncated_normal: the check of the minimum there looks at the maximum. Here both ends are
/// held, and both are nearly reached.
#[test]
fn truncated_bounds() -> Outcome {
    let got = drawn("w", &[1 << 20], init::truncated_normal(0.5, 3.0), DType::F64)?;
    let (least, most) = (got.iter().copied().reduce(f64::min), got.iter().copied().reduce(f64::max));
    let (least, most) = (least.ok_or("empty")?, most.ok_or("empty")?);
    assert!((-5.5..-5.49).contains(&least) && most <= 6.5 && most > 6.49, "{least} {most}");
    follows(init::truncated_normal(0.5, 3.0), &cube(2), Distribution::TruncatedNormal(0.5, 3.0, -5.5, 6.5))
}

/// tf.keras, "same seed, made again": to 1e-4 there, to the bit here, after a file as well: every initializer as JSON and as
/// TOML.
#[test]
fn made_again_from_a_file() -> Outcome {
    for (name, initializer) in NAMED {
        let rule: Rule = serde_json::from_str(&serde_json::to_string(&Rule::from(initializer))?)?;
        assert_eq!(singles(&[6, 4], initializer)?, singles(&[6, 4], rule)?, "{name}");
    }
    let init = Initializer::new(u64::MAX).weights(init::HE_TRUNCATED_NORMAL).rule("b", init::ONES);
    let again: Initializer = toml::from_str(&toml::to_string(&init)?)?;
    assert_eq!(serde_json::to_string(&again)?, serde_json::to_string(&init)?);
    assert_eq!(again.seed(), u64::MAX);
    Ok(())
}

/// tf.keras: `distribution="normal"` is the truncated one. Here it never is: some of four million values lie beyond
/// the cut.
#[test]
fn normal_is_not_truncated() -> Outcome {
    let rule: Rule = "variance_scaling(scale=1, fan=in, distribution=normal)".parse()?;
    let most = singles(&[1024, 1024], rule)?.into_iter().fold(0.0, f64::max);
    assert!(most > 4.0 / 32.0, "{most}");
    Ok(())
}

/// tf.keras: an unseeded initializer repeats itself and warns (`test_stateless`); partition offsets need care. Here the
/// first rows of a larger tensor are the smaller tensor, whatever was drawn before.
#[test]
fn values_depend_on_nothing_else() -> Outcome {
    let small = singles(&[10, 7], init::ONES.times(2.0))?;
    assert_eq!(small, [2.0; 70]);
    let normal = Init::Randn { mean: 0.0, stdev: 1.0 };
    let (small, large) = (singles(&[10, 7], normal)?, singles(&[30, 7], normal)?);
    assert_eq!(small, large[..70]);
    assert_eq!(singles(&[10, 7], normal)?, small);
    Ok(())
}
