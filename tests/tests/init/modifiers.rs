//! What composes with an initializer: factors, masks, roundings and maps, and the factors that papers give.

use std::error::Error;

use acceptance::drawn::{drawn, refusal, singles};
use acceptance::stats::LIMIT;
use candle_core::{DType, Shape};
use candle_init::activation::pytorch_gain;
use candle_init::{Activation, Fans, Init, Layer, Rule, VarianceScaling, depth, init};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn Error>>;

const UNIT: Init = Init::Randn { mean: 0.0, stdev: 1.0 };

/// The standard deviation that a rule plans for a shape.
fn std(rule: impl Into<Rule>, name: &str, dims: &[usize]) -> Result<f64, Box<dyn Error>> {
    let init = candle_init::Initializer::new(1).rule("*", rule);
    let plan = init.plan(DType::F32, |vb| vb.get(dims, name))?;
    Ok(plan.records()[0].expected.map(|m| m.std).ok_or("no std")?)
}

/// Of values with a mean, zeros among them move the standard deviation by the mean too: `s(σ² + μ²) − s²μ²`, where `s` is
/// the share that stays.
#[test]
fn the_spread_of_sparse_values_with_a_mean() -> Outcome {
    let due = (0.75_f64 * (0.04 + 0.25) - 0.75 * 0.75 * 0.25).sqrt();
    let planned = std(init::normal(0.5, 0.2).sparse(0.25), "w", &[8, 4])?;
    assert!((planned / due - 1.0).abs() < 1e-12, "{planned} {due}");
    Ok(())
}

/// No spread at all, also of what has a scale, which must not be zero.
#[test]
fn zero_times_anything_is_zero() -> Outcome {
    for rule in
        ["he_normal", "glorot_uniform", "normal", "orthogonal", "normal.sparse(0.5)", "values([1, 2])"]
    {
        let drawn = drawn("w", &[4, 2], rule.parse::<Rule>()?.times(0.0), DType::F64)?;
        assert!(drawn.iter().all(|x| *x == 0.0), "{rule}: {drawn:?}");
    }
    let wrong = "variance_scaling(scale=-1)".parse::<Rule>()?.times(0.0);
    assert!(drawn("w", &[4, 2], wrong, DType::F64).is_err());
    Ok(())
}

proptest! {
    /// Every column loses `⌈fraction·rows⌉` elements; the others are the initializer's own, bit for bit.
    #[test]
    fn sparse_columns(rows in 1..40_usize, cols in 1..8_usize, fraction in 0.0..=1.0_f64) {
        let (whole, thin) = (singles(&[rows, cols], UNIT)?, singles(&[rows, cols], UNIT.sparse(fraction))?);
        let zeros = (fraction * rows as f64).ceil() as usize;
        for col in 0..cols {
            let column = (0..rows).map(|row| row * cols + col);
            prop_assert_eq!(column.clone().filter(|&i| thin[i] == 0.0).count(), zeros);
            prop_assert!(column.into_iter().all(|i| thin[i] == 0.0 || thin[i] == whole[i]));
        }
    }

    /// A factor on an initializer is in the initializer; on anything else it multiplies what is there.
    #[test]
    fn factors(factor in 0.1..3.0_f64) {
        let times = drawn("w", &[4, 4], init::LECUN_NORMAL.times(factor), DType::F64)?;
        let whole = drawn("w", &[4, 4], init::LECUN_NORMAL, DType::F64)?;
        prop_assert!(times.iter().zip(&whole).all(|(a, b)| (a - factor * b).abs() < 1e-12));
        let sparse = drawn("w", &[4, 4], init::LECUN_NORMAL.sparse(0.5).times(factor), DType::F64)?;
        let thin = drawn("w", &[4, 4], init::LECUN_NORMAL.sparse(0.5), DType::F64)?;
        prop_assert!(sparse.iter().zip(&thin).all(|(a, b)| *a == factor * b));
    }

    #[test]
    fn maps_are_functions(least in -1.0..0.0_f64, most in 0.0..1.0_f64, term in -2.0..2.0_f64) {
        let x = drawn("w", &[50], UNIT, DType::F64)?;
        let mapped = |rule: Rule| drawn("w", &[50], rule, DType::F64);
        let check = |rule: Rule, f: &dyn Fn(f64) -> f64| -> Result<bool, candle_init::Error> {
            Ok(mapped(rule)?.iter().zip(&x).all(|(a, &x)| (a - f(x)).abs() <= 1e-14 * f(x).abs().max(1.0)))
        };
        prop_assert!(check(UNIT.exp(), &f64::exp)?);
        prop_assert!(check(UNIT.exp().ln(), &|x| x)?);
        prop_assert!(check(UNIT.plus(term), &|x| x + term)?);
        prop_assert!(check(UNIT.at_least(least).at_most(most), &|x| x.clamp(least, most))?);
        let through = mapped(UNIT.exp().inverse_softplus())?;
        prop_assert!(through.iter().zip(&x).all(|(y, x)| (y.exp().ln_1p() / x.exp() - 1.0).abs() < 1e-12));
    }

    /// The `mup` package's rules for normal, Kaiming and Xavier initializers are one: the standard deviation of the base
    /// shape, over the root of the width multiplier where both sides have grown.
    #[test]
    fn mup_is_the_packages(base in (1..9_usize, 1..9_usize), by_in in 1..6_usize, by_out in 1..6_usize) {
        let (wide_in, wide_out) = (by_in as f64, by_out as f64);
        let dims = [base.0 * by_out, base.1 * by_in];
        let both = by_in > 1 && by_out > 1;
        let fans = Fans::new(&Shape::from(&dims[..]), Layer::Linear)?;
        let old = Fans { fan_in: base.1 as f64, fan_out: base.0 as f64 };
        let of = |initializer: Init| std(initializer.mup(base), "w", &dims).map_err(|e| TestCaseError::fail(e.to_string()));
        let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
        // normal_: std over √width_mult with two infinite dimensions, as it is otherwise.
        let over_in = if both { wide_in.sqrt() } else { 1.0 };
        let fixed = Init::Randn { mean: 0.0, stdev: 0.02 };
        prop_assert!(close(of(fixed)?, 0.02 / over_in));
        // kaiming_normal_ over fan_in: as it is with two, times √width_mult with fan_in alone.
        let he = (2.0 / fans.fan_in).sqrt();
        prop_assert!(close(of(init::HE_NORMAL)?, he * wide_in.sqrt() / over_in));
        // … over fan_out: times √(width_mult_out/width_mult_in) with two, times √width_mult_out with fan_out alone.
        let scaling = VarianceScaling { scale: 2.0, fan: candle_init::Fan::Out, family: candle_init::Family::Normal };
        let he = (2.0 / fans.fan_out).sqrt() * wide_out.sqrt();
        prop_assert!(close(of(Init::VarianceScaling(scaling))?, he / over_in));
        // xavier_normal_: times √((out + in)/(out₀ + in₀)), with two also over √width_mult_in.
        let grown = ((fans.fan_in + fans.fan_out) / (old.fan_in + old.fan_out)).sqrt();
        let glorot = (2.0 / (fans.fan_in + fans.fan_out)).sqrt() * grown;
        prop_assert!(close(of(init::GLOROT_NORMAL)?, glorot / over_in));
    }
}

/// At the base shape µP is the initializer itself, to the bit: the `mup` package's first test.
#[test]
fn mup_at_the_base_is_the_initializer() -> Outcome {
    for initializer in
        [init::HE_NORMAL, init::GLOROT_UNIFORM, UNIT, init::LECUN_TRUNCATED_NORMAL, init::ORTHOGONAL]
    {
        assert_eq!(
            singles(&[6, 4], initializer.mup((6, 4)))?,
            singles(&[6, 4], initializer)?,
            "{initializer}"
        );
    }
    assert!(refusal(&[6, 4], "he_normal.mup([3])").contains("a base shape of the same rank"));
    assert!(
        refusal(&[6, 4], "identity.mup([3, 2])").contains("an initializer with a known standard deviation")
    );
    Ok(())
}

/// Kernels by their fans, vectors not at all.
#[test]
fn mup_of_kernels_and_vectors() -> Outcome {
    let small = Init::Randn { mean: 0.0, stdev: 0.02 };
    for (base, dims, due) in [
        (&[8, 4, 3][..], &[16, 16, 3][..], 0.01),
        (&[8, 4, 3], &[16, 4, 3], 0.02),
        (&[8, 4, 3], &[8, 16, 3], 0.02),
        (&[8], &[32], 0.02),
    ] {
        let planned = std(small.mup(Shape::from(base)), "w", dims)?;
        assert!((planned / due - 1.0).abs() < 1e-12, "{base:?} {dims:?}: {planned}");
    }
    Ok(())
}

/// Zeros of a sparse column fall on all rows alike: chi-square with 49 degrees of freedom over 2000 columns,
/// whose zeros exclude one another (variance p(1 − p) a column and row).
#[test]
fn sparse_zeros_are_uniform() -> Outcome {
    let (rows, cols) = (50, 20_000);
    let thin = singles(&[rows, cols], init::ONES.sparse(0.3))?;
    let expected = cols as f64 * 0.3;
    for row in 0..rows {
        let zeros = thin[row * cols..(row + 1) * cols].iter().filter(|v| **v == 0.0).count() as f64;
        let z = (zeros - expected) / (expected * 0.7).sqrt();
        assert!(z.abs() < LIMIT, "row {row}: {z:.1} standard errors");
    }
    // Neighbouring columns lose different rows.
    let column = |col: usize| (0..rows).map(|row| thin[row * cols + col] == 0.0).collect::<Vec<_>>();
    assert_ne!(column(0), column(1));
    Ok(())
}

#[test]
fn rows_roundings_and_gains() -> Outcome {
    let whole = singles(&[4, 3], UNIT)?;
    let padded = singles(&[4, 3], UNIT.zero_row(1))?;
    assert_eq!((&padded[..3], &padded[3..6], &padded[6..]), (&whole[..3], &[0.0; 3][..], &whole[6..]));
    assert_eq!(singles(&[4, 3], UNIT.round(DType::BF16))?, drawn("w", &[4, 3], UNIT, DType::BF16)?);
    let gelu = std(init::LECUN_NORMAL.gain(Activation::Gelu), "w", &[8, 100])?;
    assert!((gelu - 0.153_353_044).abs() < 1e-8, "{gelu}");
    let error = singles(&[4, 3], UNIT.round(DType::U8)).err().ok_or("rounded to integers")?;
    assert!(error.to_string().contains("U8 cannot hold weights"), "{error}");
    assert!(refusal(&[2, 2], "normal.sparse(0.5).times(inf)").contains("factor is inf"));
    Ok(())
}

/// torchtitan, timm and OLMo: the first number in the path is the layer.
#[test]
fn depth_comes_from_the_path() -> Outcome {
    for (name, layer) in [("h.0.mlp.c_proj", 0), ("model.layers.11.self_attn.o_proj.weight", 11), ("2", 2)] {
        let got = std(init::MITCHELL.by_depth(), name, &[64, 100])?;
        let expected = 0.1 * 0.986_578_392_558_108_6 / (2.0 * f64::from(layer + 1)).sqrt();
        assert!((got / expected - 1.0).abs() < 1e-12, "{name}: {got} for {expected}");
    }
    Ok(())
}

/// Factors and terms behind a mask, where no distribution takes them in; matrices at one tap of several.
#[test]
fn moments_that_a_plan_foresees() -> Outcome {
    let planned = |rule: &str, dims: &[usize]| -> Result<(f64, f64), Box<dyn Error>> {
        let init = candle_init::Initializer::new(1).rule("*", rule);
        let plan = init.plan(DType::F32, |vb| vb.get(dims, "w"))?;
        Ok(plan.records()[0].expected.map(|m| (m.mean, m.std)).ok_or("no moments")?)
    };
    for (rule, dims, mean, std) in [
        ("normal(mean=0.5, std=0.2).sparse(0).times(3)", &[8, 4][..], 1.5, 0.6),
        ("normal(mean=0.5, std=0.2).sparse(0).plus(2)", &[8, 4], 2.5, 0.2),
        ("normal(mean=0.5, std=0.2).sparse(1).plus(2)", &[8, 4], 2.0, 0.0),
        ("blocks(const(1), normal(std=2))", &[8, 4], 0.5, 1.5),
        ("blocks(1: const(4), 3: const(0))", &[8, 4], 1.0, 3_f64.sqrt()),
        ("blocks(1: glorot_normal, 3: glorot_normal)", &[8, 4], 0.0, (0.7_f64 / 3.0).sqrt()),
        ("orthogonal(gain=2)", &[6, 4], 0.0, 2.0 / 6_f64.sqrt()),
        ("delta_orthogonal(gain=2)", &[8, 4, 3], 0.0, 2.0 / 24_f64.sqrt()),
    ] {
        let (m, s) = planned(rule, dims)?;
        assert!((m - mean).abs() < 1e-15 && (s - std).abs() < 1e-15, "{rule}: {m} {s}");
    }
    Ok(())
}

/// As text, each scheme is its own factor.
#[test]
fn factors_of_the_papers_as_text() -> Outcome {
    let unit = |factor: f64| UNIT.times(factor).to_string();
    for (text, factor) in [
        ("gpt2(layers=12)", depth::gpt2(12)?),
        ("fixup(blocks=9, layers_per_block=2)", depth::fixup(9, 2)?),
        ("t_fixup_encoder(layers=6)", depth::t_fixup_encoder(6)?),
        ("t_fixup_decoder(layers=6)", depth::t_fixup_decoder(6)?),
        ("deep_norm(layers=12)", depth::deep_norm(12)?.beta),
    ] {
        assert_eq!(format!("normal.{text}").parse::<Rule>()?.to_string(), unit(factor), "{text}");
    }
    Ok(())
}

/// In the order in which they are written.
#[test]
fn modifiers_come_one_after_another() -> Outcome {
    for (text, due) in [
        ("const(1).plus(1).times(2)", 4.0),
        ("const(1).times(2).plus(1)", 3.0),
        ("const(1).plus(1).times(2).at_most(3).times(2)", 6.0),
    ] {
        assert_eq!(drawn("w", &[2], text.parse::<Rule>()?, DType::F64)?, [due; 2], "{text}");
    }
    Ok(())
}

/// By the number in the path; without one, an error.
#[test]
fn powers_and_terms_by_layer() -> Outcome {
    let four = Init::Const(4.0);
    for (layer, root, sum) in [(0, 2.0, 4.0), (2, 8.0, 5.0), (6, 128.0, 7.0)] {
        let name = format!("layers.{layer}.w");
        let drawn = |rule| drawn(&name, &[3], rule, DType::F64);
        assert_eq!(drawn(four.power(0.5, 0.5))?, [root; 3], "{name}");
        assert_eq!(drawn(four.plus_by_layer(0.5))?, [sum; 3], "{name}");
    }
    for rule in [four.power(0.5, 0.5), four.plus_by_layer(0.5)] {
        assert!(drawn("w", &[3], rule, DType::F64).is_err());
    }
    Ok(())
}

/// The numbers that the papers' tables and codes give, computed by hand from their formulas.
#[test]
fn factors_of_the_papers() -> Outcome {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 5e-9 * b.abs().max(1.0), "{a} for {b}");
    close(0.02 * depth::gpt2(12)?, 0.004_082_482_90);
    close(depth::t_fixup_encoder(6)?, 0.67 / 1.565_084_580_073_287_3);
    close(depth::t_fixup_decoder(6)?, 0.368893973233);
    close(depth::fixup(9, 2)?, 1.0 / 3.0);
    close(depth::fixup(16, 3)?, 0.5);
    close(depth::sub_ln(12)?, 24_f64.ln().sqrt());
    let (whole, encoder, decoder) =
        (depth::deep_norm(12)?, depth::deep_norm_encoder(6, 6)?, depth::deep_norm_decoder(6)?);
    close(whole.alpha, 2.213_363_84);
    close(1.0 / whole.beta, 3.130_169_16);
    // (6⁵)^(1/16) = 1.750510…; the product of the two factors is 0.81·0.87.
    close(encoder.alpha * encoder.beta, 0.81 * 0.87);
    close(encoder.alpha, 0.81 * 7776_f64.powf(0.0625));
    close(decoder.alpha * decoder.beta, (18.0_f64 / 72.0).powf(0.25));
    // Fixup's ResNet-20: a convolution of 16 channels in a 3×3 kernel, 9 blocks of two.
    let he_out =
        "variance_scaling(scale=2, fan=out, distribution=normal).fixup(blocks=9, layers_per_block=2)";
    close(std(he_out.parse::<Rule>()?, "w", &[16, 16, 3, 3])?, 0.039_283_71);
    let first = init::SIREN_FIRST.distribution(&Shape::from((256, 2)), Layer::Linear)?;
    assert!((first.support().1 - 0.5).abs() < 1e-15);
    close(
        init::siren(30.0)?.distribution(&Shape::from((8, 256)), Layer::Linear)?.support().1,
        0.005_103_103_63,
    );
    let Init::Const(prior) = init::prior_bias(0.01)? else { return Err("no constant".into()) };
    close(prior, -4.595_119_850_13);
    Ok(())
}

/// Spectral µP holds the spectral norm near √(fan_out/fan_in) for any shape: √fan_in + √fan_out times σ.
#[test]
fn spectral_norms_follow_the_shape() -> Outcome {
    for (rows, cols) in [(400, 100), (100, 400), (300, 300)] {
        let sigma = std(init::SPECTRAL_NORMAL, "w", &[rows, cols])?;
        let norm = sigma * ((rows as f64).sqrt() + (cols as f64).sqrt());
        let target = (rows as f64 / cols as f64).sqrt();
        assert!((1.0..2.0 + 1e-9).contains(&(norm / target)), "{rows} × {cols}: {norm} for {target}");
    }
    Ok(())
}

#[test]
fn schemes_without_their_numbers() {
    for (text, part) in [
        ("he_normal.deep_norm()", "`layers` is missing, as in `deep_norm(layers=12)`"),
        ("he_normal.deep_norm(layers=0)", "layers is 0: a number from 1 on"),
        ("he_normal.gpt2(layers=-3)", "`layers=-3` is not a number that it takes"),
        ("he_normal.fixup(blocks=3, layers_per_block=1)", "layers_per_block is 1: a number from 2 on"),
        ("siren(omega=0)", "omega is 0: a positive, finite number"),
        ("prior_bias(1)", "probability is 1"),
        ("mamba_dt_bias(min=1, max=0.1)", "min is 1: a number up to max"),
    ] {
        let error = text.parse::<Rule>().err().map(|e| e.to_string()).unwrap_or_default();
        assert!(
            error.starts_with(&format!("`{text}` is not a rule: ")) && error.contains(part),
            "{text}: {error}"
        );
    }
    assert!(depth::deep_norm(0).is_err() && depth::deep_norm_encoder(0, 3).is_err());
    assert!(depth::t_fixup_encoder(0).is_err() && depth::fixup(0, 2).is_err() && depth::sub_ln(0).is_err());
}

/// PyTorch's table is its own choice, in text and in code.
#[test]
fn pytorchs_table() -> Outcome {
    let table = [
        ("linear", 1.0),
        ("sigmoid", 1.0),
        ("tanh", 1.666_666_666_666_666_7),
        ("relu", std::f64::consts::SQRT_2),
        ("leaky_relu", 1.414_142_856_997_835_4),
        ("leaky_relu(slope=10)", 0.140_719_508_946_058_36),
        ("selu", 0.75),
    ];
    for (name, gain) in table {
        let rule: Rule = format!("orthogonal.pytorch_gain({name})").parse()?;
        assert_eq!(rule, init::ORTHOGONAL.times(gain), "{name}");
    }
    assert_eq!(pytorch_gain(Activation::LeakyRelu(10.0))?, 0.140_719_508_946_058_36);
    for name in ["gelu", "silu", "leaky_rleu"] {
        assert!(format!("orthogonal.pytorch_gain({name})").parse::<Rule>().is_err(), "{name}");
    }
    Ok(())
}
