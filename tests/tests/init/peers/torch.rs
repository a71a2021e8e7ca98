//! PyTorch 2.15, `test/nn/test_init.py`: its own assertions, over samples large enough to see 1 %.

use acceptance::drawn::{drawn, refusal, singles, unorthogonality};
use acceptance::rounded;
use acceptance::stats::check_mean_std;
use acceptance::values::{self, values};
use candle_core::{DType, Tensor};
use candle_init::activation::{Activation, pytorch_gain};
use candle_init::{Cut, Fan, Init, Initializer, Layer, Rule, VarianceScaling, init};
use proptest::prelude::*;
use reference::Distribution;

use super::{CPU, Outcome, cube, follows};

/// `calculate_gain_linear`, `_nonlinear` and `_leaky_relu`, exact as there. SELU is checked too; PyTorch's loop
/// never reaches it.
#[test]
fn gains() -> Outcome {
    let table = [
        (Activation::Linear, 1.0),
        (Activation::Sigmoid, 1.0),
        (Activation::Tanh, 1.666_666_666_666_666_7),
        (Activation::Relu, std::f64::consts::SQRT_2),
        (Activation::LeakyRelu(0.0), std::f64::consts::SQRT_2),
        (Activation::LeakyRelu(0.01), 1.414_142_856_997_835_4),
        (Activation::LeakyRelu(10.0), 0.140_719_508_946_058_36),
        (Activation::Selu, 0.75),
    ];
    for (name, gain) in table {
        assert_eq!(pytorch_gain(name)?, gain, "{name:?}");
    }
    // Without a slope PyTorch takes 0.01.
    let unsaid: Rule = "ones.pytorch_gain(leaky_relu)".parse()?;
    assert_eq!(unsaid, init::ONES.times(1.414_142_856_997_835_4));
    Ok(())
}

/// `leaky_relu_only_accepts_numbers`: true, a list and a dictionary are no slopes.
#[test]
fn slopes_are_numbers() {
    for slope in ["true", "[1]", "{'a': 'b'}", "a=b"] {
        assert!(format!("ones.pytorch_gain(leaky_relu({slope}))").parse::<Rule>().is_err(), "{slope}");
    }
}

proptest! {
    /// `only_accepts_valid_nonlinearities`: words of 2, 5 and 25 letters, none of which PyTorch knows. Ours runs over
    /// 256 of each, not one.
    #[test]
    fn nonlinearities_have_known_names(word in "[a-z]{2}|[a-z]{5}|[a-z]{25}") {
        let rule = format!("ones.pytorch_gain({word})").parse::<Rule>();
        prop_assert!(rule.is_err(), "{}", word);
    }

    /// `dirac_properties`: in 3, 4 and 5 dimensions and 1 to 3 groups, as many ones as channels pass, and nothing
    /// else. Random sides may be even, and PyTorch's centre is then the upper tap. The place of each one is
    /// checked as well, which PyTorch leaves to `dirac_identity`.
    #[test]
    fn dirac_properties(
        groups in 1..4_usize, out in 1..6_usize, ins in 1..6_usize,
        kernel in proptest::collection::vec(1..6_usize, 1..4),
    ) {
        let dims = [vec![groups * out, ins], kernel.clone()].concat();
        let rule: Rule = format!("dirac(centre=upper).on(conv(groups={groups}))").parse()?;
        let got = singles(&dims, rule)?;
        prop_assert_eq!(got.iter().sum::<f64>(), (out.min(ins) * groups) as f64);
        let taps: usize = kernel.iter().product();
        let centre = kernel.iter().fold(0, |at, &k| at * k + k / 2);
        for (i, value) in got.into_iter().enumerate() {
            let (channel, input, tap) = (i / taps / ins, i / taps % ins, i % taps);
            let one = tap == centre && channel % out == input;
            prop_assert_eq!(value, f64::from(u8::from(one)));
        }
    }
}

/// `uniform` and `normal`: 1, 2 and 4 dimensions, numbers from the same ranges. Four million values in place of some
/// thousands.
#[test]
fn uniform_and_normal() -> Outcome {
    for (rank, a, b, std) in [(1, -2.5, -1.25, 1.5), (2, 0.75, 3.5, 2.25), (4, 2.5, 7.0, 4.75)] {
        follows(Init::Uniform { lo: a, up: b }, &cube(rank), Distribution::Uniform(a, b))?;
        follows(Init::Randn { mean: a, stdev: std }, &cube(rank), Distribution::Normal(a, std))?;
    }
    Ok(())
}

/// `trunc_normal_generator`: a generator of seed 42 and the global one seeded with 42 agree. Here a seed is all there
/// is: two initializers of one seed agree, one of another seed does not. PyTorch then tests five values
/// against the initializer; these are four million.
#[test]
fn truncated_from_a_seed() -> Outcome {
    let initializer =
        Init::TruncatedNormal { mean: 0.0, stdev: 1.0, cut: Cut::Absolute { lo: 0.0, up: 1.0 } };
    let make = |seed| Initializer::new(seed).tensor("w", 1000, initializer, DType::F32, &CPU);
    assert_eq!(values(&make(42)?)?, values(&make(42)?)?);
    assert_ne!(values(&make(42)?)?, values(&make(43)?)?);
    follows(initializer, &cube(1), Distribution::TruncatedNormal(0.0, 1.0, 0.0, 1.0))
}

/// `constant`, `ones_and_zeros` and `eye`, exact as there; `eye` for wide and tall matrices.
#[test]
fn constants_and_eye() -> Outcome {
    for dims in [&[5][..], &[3, 4], &[2, 3, 4, 5]] {
        for value in [0.0, 1.0, -7.25] {
            assert!(singles(dims, Init::Const(value))?.iter().all(|v| *v == value));
        }
    }
    for (rows, cols) in [(4, 4), (5, 3), (3, 5), (1, 5)] {
        let eye = singles(&[rows, cols], "eye".parse::<Rule>()?)?;
        assert!(eye.iter().enumerate().all(|(i, v)| *v == f64::from(u8::from(i / cols == i % cols))));
    }
    Ok(())
}

/// `eye_only_2d` and `dirac_only_3_4_5d`. Here both are one initializer: at rank 2 the identity, from rank 3 on the Dirac
/// kernel. Only tensors that are no weights are refused.
#[test]
fn eye_and_dirac_are_one_initializer() -> Outcome {
    for text in ["eye", "dirac"] {
        for dims in [&[][..], &[5]] {
            assert!(refusal(dims, text).contains("rank 2 or more"), "{text}");
        }
    }
    assert_eq!("eye".parse::<Rule>()?, "dirac".parse()?);
    assert_eq!(singles(&[2, 2, 1, 3, 1, 1], init::IDENTITY)?.iter().sum::<f64>(), 2.0);
    assert!(refusal(&[7, 2, 3], "dirac.on(conv(groups=2))").contains("the groups must divide"));
    Ok(())
}

/// A convolution over one axis more than candle has: sums of slices.
fn conv3d(input: &Tensor, weight: &Tensor, groups: usize) -> candle_core::Result<Tensor> {
    let planes = input.dim(2)? - 2;
    let plane = |at: usize| {
        let tap = |t: usize| {
            let (x, w) = (input.narrow(2, at + t, 1)?.squeeze(2)?, weight.narrow(2, t, 1)?.squeeze(2)?);
            x.conv2d(&w.contiguous()?, 0, 1, 1, groups)
        };
        ((tap(0)? + tap(1)?)? + tap(2)?)?.unsqueeze(2)
    };
    Tensor::cat(&(0..planes).map(plane).collect::<candle_core::Result<Vec<_>>>()?, 2)
}

/// `dirac_identity`: convolutions in 1 to 3 dimensions, of 1 and 3 groups, into 9 channels, pass their input through
/// and leave the other channels exactly zero.
#[test]
fn dirac_identity() -> Outcome {
    for (groups, axes) in [1, 3].into_iter().flat_map(|groups| (1..4).map(move |axes| (groups, axes))) {
        let dims = |rows: usize, cols: usize, side: usize| [vec![rows, cols], vec![side; axes]].concat();
        let normal = Init::Randn { mean: 0.0, stdev: 1.0 };
        let make = Initializer::new(1);
        let input = make.tensor("x", dims(8, 3 * groups, 5), normal, DType::F32, &CPU)?;
        let rule = init::IDENTITY.on(Layer::conv(groups));
        let weight = make.tensor("w", dims(9, 3, 3), rule, DType::F32, &CPU)?;
        let output = match axes {
            1 => input.conv1d(&weight, 0, 1, 1, groups)?,
            2 => input.conv2d(&weight, 0, 1, 1, groups)?,
            _ => conv3d(&input, &weight, groups)?,
        };
        let inner = (2..2 + axes).try_fold(input, |x, axis| x.narrow(axis, 1, 3))?;
        passes(&inner, &output, groups)?;
    }
    Ok(())
}

/// Of the 9/groups channels of each group the first three are the group's inputs, the others zero.
fn passes(inner: &Tensor, output: &Tensor, groups: usize) -> Outcome {
    for channel in 0..9 {
        let (group, d) = (channel / (9 / groups), channel % (9 / groups));
        let got = values(&output.narrow(1, channel, 1)?.contiguous()?)?;
        let want = if d < 3 {
            values(&inner.narrow(1, 3 * group + d, 1)?.contiguous()?)?
        } else {
            vec![0.0; got.len()]
        };
        assert_eq!(got, want, "channel {channel} of {groups} groups");
    }
    Ok(())
}

/// `xavier_uniform_errors_…`, `kaiming_normal_errors_…` and their kin on tensors of rank 0 and 1.
#[test]
fn fan_initializers_need_two_axes() {
    for initializer in ["xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"] {
        for dims in [&[][..], &[5]] {
            let message = refusal(dims, initializer);
            assert!(message.contains("only tensors of rank 2 or more have one"), "{message}");
        }
    }
}

/// `kaiming_*_warning_on_0element_tensor`: PyTorch warns and does nothing; here a tensor without elements is made.
#[test]
fn kaiming_of_nothing() -> Outcome {
    for dims in [[0, 1], [1, 0], [0, 0]] {
        for initializer in [init::HE_UNIFORM, init::HE_NORMAL, init::GLOROT_UNIFORM] {
            assert!(singles(&dims, initializer)?.is_empty(), "{initializer} at {dims:?}");
        }
    }
    Ok(())
}

/// `xavier_uniform` and `xavier_normal`: with and without a gain, in 2 and 4 dimensions.
#[test]
fn xavier() -> Outcome {
    for (rank, gain) in [(2, 1.0), (2, 0.35), (4, 1.0), (4, 1.9)] {
        let std = gain * (2.0 / if rank == 2 { 5120.0 } else { 24_576.0_f64 }).sqrt();
        let bound = 3_f64.sqrt() * std;
        follows(init::GLOROT_UNIFORM.times(gain), &cube(rank), Distribution::Uniform(-bound, bound))?;
        follows(init::GLOROT_NORMAL.times(gain), &cube(rank), Distribution::Normal(0.0, std))?;
    }
    Ok(())
}

/// `kaiming_uniform` and `kaiming_normal`: with and without a slope, both fans, 2 and 4 dimensions.
#[test]
fn kaiming() -> Outcome {
    for (rank, fan, n) in
        [(2, Fan::In, 4096.0), (2, Fan::Out, 1024.0), (4, Fan::In, 16_384.0), (4, Fan::Out, 8192.0)]
    {
        for slope in [0.0, 1.3] {
            let std = (2.0_f64 / ((1.0 + slope * slope) * n)).sqrt();
            let bound = 3_f64.sqrt() * std;
            let gain = pytorch_gain(Activation::LeakyRelu(slope))?;
            let of = |family| Init::VarianceScaling(VarianceScaling { scale: 1.0, fan, family }).times(gain);
            use candle_init::Family::{Normal, Uniform};
            follows(of(Uniform), &cube(rank), Distribution::Uniform(-bound, bound))?;
            follows(of(Normal), &cube(rank), Distribution::Normal(0.0, std))?;
        }
    }
    Ok(())
}

/// `sparse_default_std`: PyTorch asks for at least ⌈s·rows⌉ zeros a column; here there are exactly so many. The other
/// elements are a normal of std 0.01, tested on three million.
#[test]
fn sparse() -> Outcome {
    for (sparsity, zeros) in [(0.1, 205), (0.17, 349), (0.2, 410)] {
        let rule = Init::Randn { mean: 0.0, stdev: 0.01 }.sparse(sparsity);
        let tensor = Initializer::new(1).tensor("w", (2048, 2048), rule, DType::F32, &CPU)?;
        let got = values::singles(&tensor)?;
        for col in 0..2048 {
            let column = got.iter().skip(col).step_by(2048);
            assert_eq!(column.filter(|v| **v == 0.0).count(), zeros, "column {col}");
        }
        let kept: Vec<f32> = got.into_iter().filter(|v| *v != 0.0).collect();
        super::sample_follows(&kept, Distribution::Normal(0.0, 0.01), "sparse");
    }
    Ok(())
}

/// `sparse_only_works_on_2d_inputs`.
#[test]
fn sparse_needs_a_matrix() {
    for dims in [&[5][..], &[5, 4, 3]] {
        assert!(refusal(dims, "normal.sparse(0.5)").contains("a matrix is required"));
    }
}

/// `orthogonal`: the same shapes, with and without a gain, within 1e-6 times its square.
#[test]
fn orthogonal() -> Outcome {
    for dims in [&[3, 4][..], &[4, 3], &[20, 2, 3, 4], &[2, 3, 4, 5]] {
        for gain in [1.0, 0.35, 1.9] {
            let got = singles(dims, init::ORTHOGONAL.times(gain))?;
            let off = unorthogonality(&got, dims[0], got.len() / dims[0], gain);
            assert!(off < 1e-6 * gain * gain, "{dims:?} {gain}: {off:e}");
        }
    }
    Ok(())
}

/// Mean, std, lower and upper bound: from the ranges of `trunc_normal_all_dtypes`.
const WINDOWS: [[f64; 4]; 3] = [[0.3, 0.9, -0.7, 1.4], [0.8, 0.05, 0.72, 0.87], [0.02, 0.5, -0.9, 0.1]];

fn window([mean, stdev, lo, up]: [f64; 4]) -> (Init, Distribution) {
    let initializer = Init::TruncatedNormal { mean, stdev, cut: Cut::Absolute { lo, up } };
    (initializer, Distribution::TruncatedNormal(mean, stdev, lo, up))
}

/// `trunc_normal_all_dtypes`: no value passes the bounds themselves; PyTorch rounds them to the dtype first.
#[test]
fn truncated_in_wide_dtypes() -> Outcome {
    for (numbers, rank) in WINDOWS.into_iter().zip([1, 2, 4]) {
        let (initializer, expected) = window(numbers);
        follows(initializer, &cube(rank), expected)?;
        for dtype in [DType::F32, DType::F64] {
            inside(initializer, dtype, numbers[2], numbers[3], 100_000)?;
        }
    }
    Ok(())
}

fn inside(initializer: Init, dtype: DType, lo: f64, up: f64, count: usize) -> Outcome {
    let got = drawn("w", &[count], initializer, dtype)?;
    assert!(got.iter().all(|v| (lo..=up).contains(v)), "{initializer} {dtype:?}");
    Ok(())
}

/// `trunc_normal_low_precision` and `trunc_normal_narrow_interval`: PyTorch tests a rounded, so discrete, sample of
/// 10 000 against the continuous distribution. Here four million have the moments of the rounded distribution.
#[test]
fn truncated_in_narrow_dtypes() -> Outcome {
    for numbers in [[0.0, 1.0, -2.0, 2.0], [0.0, 1.0, 2.0, 3.0]] {
        let (initializer, expected) = window(numbers);
        for dtype in [DType::F16, DType::BF16] {
            inside(initializer, dtype, numbers[2], numbers[3], 100_000)?;
            let tensor = Initializer::new(1).tensor("w", cube(1), initializer, dtype, &CPU)?;
            let [mean, std, kurtosis] = rounded::moments(expected, dtype);
            let got = values::singles(&tensor)?;
            check_mean_std(&got, mean, std, kurtosis)?;
            assert!(check_mean_std(&got, mean, 1.01 * std, kurtosis).is_err());
        }
        follows(initializer, &cube(1), expected)?;
    }
    Ok(())
}

/// `trunc_normal_unique_values`: of 10 000 values at least so many differ, and all are finite.
#[test]
fn truncated_values_differ() -> Outcome {
    let (initializer, _) = window([0.0, 1.0, -2.0, 2.0]);
    for (dtype, least) in
        [(DType::F32, 9_990), (DType::F64, 9_990), (DType::F16, 3_000), (DType::BF16, 1_000)]
    {
        let mut got = drawn("w", &[10_000], initializer, dtype)?;
        assert!(got.iter().all(|v| v.is_finite()));
        got.sort_by(f64::total_cmp);
        got.dedup();
        assert!(got.len() >= least, "{dtype:?}: {}", got.len());
    }
    Ok(())
}

/// `trunc_normal_no_boundary_values_small_std`: bounds at 20 standard deviations are never met.
#[test]
fn far_bounds_hold_no_values() -> Outcome {
    let (initializer, expected) = window([0.0, 0.1, -2.0, 2.0]);
    let got = drawn("w", &[1 << 20], initializer, DType::F32)?;
    assert!(got.iter().all(|v| v.abs() < 1.0));
    follows(initializer, &cube(1), expected)
}
