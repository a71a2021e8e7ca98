//! The pages for those who come from another framework, and on where frameworks disagree, say what is so.

use std::collections::BTreeSet;
use std::error::Error;

use acceptance::drawn::{drawn, refusal, singles};
use candle_core::{DType, Shape};
use candle_init::activation::pytorch_gain;
use candle_init::{
    Activation, Axes, Centre, Cut, Family, Fan, Init, Layer, Matrix, Rule, Stft, VarianceScaling, depth, init,
};

type Outcome = Result<(), Box<dyn Error>>;

/// Rows of the tables: the text, the code as it is written, and what the code makes.
macro_rules! rows {
    ($($text:literal => $code:expr;)*) => {
        fn rows() -> Result<Vec<(&'static str, &'static str, Rule)>, Box<dyn Error>> {
            Ok(vec![$(($text, stringify!($code), Rule::from($code))),*])
        }
    };
}

rows! {
    "zeros" => init::ZEROS;
    "ones" => init::ONES;
    "const(0.3)" => Init::Const(0.3);
    "uniform(lo=-0.1, up=0.1)" => Init::Uniform { lo: -0.1, up: 0.1 };
    "normal(std=0.02)" => Init::Randn { mean: 0.0, stdev: 0.02 };
    "truncated_normal(std=0.02, cut=absolute)" => Init::TruncatedNormal { mean: 0.0, stdev: 0.02, cut: Cut::Absolute { lo: -2.0, up: 2.0 } };
    "truncated_normal(std=0.02)" => init::truncated_normal(0.0, 0.02);
    "xavier_uniform" => init::GLOROT_UNIFORM;
    "xavier_normal" => init::GLOROT_NORMAL;
    "xavier_normal.pytorch_gain(tanh)" => init::GLOROT_NORMAL.times(pytorch_gain(Activation::Tanh)?);
    "kaiming_uniform" => init::HE_UNIFORM;
    "kaiming_normal" => init::HE_NORMAL;
    "variance_scaling(scale=2, fan=out, distribution=normal)" => Init::VarianceScaling(VarianceScaling { scale: 2.0, fan: Fan::Out, family: Family::Normal });
    "lecun_uniform.pytorch_gain(leaky_relu(slope=0.2))" => init::LECUN_UNIFORM.times(pytorch_gain(Activation::LeakyRelu(0.2))?);
    "pytorch_uniform" => init::PYTORCH_UNIFORM;
    "lecun_normal" => init::LECUN_NORMAL;
    "lecun_normal.gain(gelu)" => init::LECUN_NORMAL.gain(Activation::Gelu);
    "orthogonal.times(2)" => init::ORTHOGONAL.times(2.0);
    "orthogonal(axis=0)" => Init::Orthogonal { gain: 1.0, axis: Some(0) };
    "eye" => init::IDENTITY;
    "dirac" => init::IDENTITY;
    "dirac.on(conv(groups=2))" => init::IDENTITY.on(Layer::conv(2));
    "dirac(centre=upper)" => Init::Delta { matrix: Matrix::Identity, gain: 1.0, centre: Centre::Upper };
    "normal(std=0.01).sparse(0.9)" => Init::Randn { mean: 0.0, stdev: 0.01 }.sparse(0.9);
    "normal.zero_row(0)" => Init::Randn { mean: 0.0, stdev: 1.0 }.zero_row(0);
    "xavier_uniform.on(linear)" => init::GLOROT_UNIFORM.on(Layer::Linear);
    "xavier_uniform.on(qkv)" => init::GLOROT_UNIFORM.on(Layer::QKV);
    "prior_bias(0.01)" => init::prior_bias(0.01)?;
    "truncated_normal(std=0.02).by_depth()" => init::truncated_normal(0.0, 0.02).by_depth();
    "kaiming_normal.mup([256, 64])" => init::HE_NORMAL.mup((256, 64));
    "const(6)" => Init::Const(6.0);
    "values([[1, 2], [3, 4]])" => Rule::values((2, 2), vec![1.0, 2.0, 3.0, 4.0])?;
    "uniform(lo=-0.05, up=0.05)" => Init::Uniform { lo: -0.05, up: 0.05 };
    "normal(std=0.05)" => Init::Randn { mean: 0.0, stdev: 0.05 };
    "truncated_normal(std=0.05)" => init::truncated_normal(0.0, 0.05);
    "glorot_uniform" => init::GLOROT_UNIFORM;
    "glorot_truncated_normal" => init::GLOROT_TRUNCATED_NORMAL;
    "he_uniform" => init::HE_UNIFORM;
    "he_truncated_normal" => init::HE_TRUNCATED_NORMAL;
    "lecun_uniform" => init::LECUN_UNIFORM;
    "lecun_truncated_normal" => init::LECUN_TRUNCATED_NORMAL;
    "variance_scaling(scale=2, fan=average, distribution=uniform)" => Init::VarianceScaling(VarianceScaling { scale: 2.0, fan: Fan::Average, family: Family::Uniform });
    "variance_scaling(scale=2, fan=out, distribution=truncated_normal)" => Init::VarianceScaling(VarianceScaling { scale: 2.0, fan: Fan::Out, family: Family::TRUNCATED_NORMAL });
    "he_normal" => init::HE_NORMAL;
    "lecun_truncated_normal.on(axes(ioo))" => init::LECUN_TRUNCATED_NORMAL.on(Layer::Axes(Axes::new(3, &[0], &[1, 2], &[])?));
    "glorot_uniform.on(input_first)" => init::GLOROT_UNIFORM.on(Layer::INPUT_FIRST);
    "glorot_uniform.on(axes(kkio))" => init::GLOROT_UNIFORM.on(Layer::Axes("kkio".parse()?));
    "orthogonal(axis=-1)" => Init::Orthogonal { gain: 1.0, axis: Some(-1) };
    "identity.times(2)" => init::IDENTITY.times(2.0);
    "stft(side=real, window=hann)" => Init::Stft { gain: 1.0, stft: Stft::default() };
    "forget_gate_bias(1)" => init::forget_gate_bias(1.0);
    "uniform(lo=0, up=0.01)" => Init::Uniform { lo: 0.0, up: 0.01 };
    "normal(std=0.01)" => Init::Randn { mean: 0.0, stdev: 0.01 };
    "truncated_normal(std=0.01)" => init::truncated_normal(0.0, 0.01);
    "truncated_normal(std=0.01, lo=-3, up=3)" => Init::TruncatedNormal { mean: 0.0, stdev: 0.01, cut: Cut::Sigmas { lo: -3.0, up: 3.0 } };
    "variance_scaling(scale=2, fan=geometric_average, distribution=normal)" => Init::VarianceScaling(VarianceScaling { scale: 2.0, fan: Fan::GeometricAverage, family: Family::Normal });
    "lecun_truncated_normal.on(axes(sio))" => init::LECUN_TRUNCATED_NORMAL.on(Layer::Axes(Axes::new(3, &[-2], &[-1], &[0])?));
    "delta_orthogonal(centre=lower)" => Init::Delta { matrix: Matrix::Orthogonal, gain: 1.0, centre: Centre::Lower };
    "delta_orthogonal.on(axes(kkio))" => init::DELTA_ORTHOGONAL.on(Layer::Axes("kkio".parse()?));
    "lecun_normal.on(embedding)" => init::LECUN_NORMAL.on(Layer::Embedding);
    "identity.times(1.5)" => init::IDENTITY.times(1.5);
    "orthogonal.on(lstm)" => init::ORTHOGONAL.on(Layer::LSTM);
}

/// Cells of the rows of three columns, without the heads.
fn cells() -> Vec<[String; 3]> {
    let page = include_str!("../../../docs/coming-from.md");
    let bare = |cell: &str| cell.trim().trim_matches('`').to_string();
    let row = |line: &str| -> Option<[String; 3]> {
        let cells: Vec<_> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").map(bare).collect();
        cells.try_into().ok().filter(|cells: &[String; 3]| cells[1] != "text form")
    };
    page.lines().filter_map(row).collect()
}

/// Without the blanks, which a formatter may set otherwise.
fn dense(code: &str) -> String {
    code.split_whitespace().collect()
}

/// Every text form of the tables is a rule.
#[test]
fn texts_are_rules() -> Outcome {
    let cells = cells();
    assert!(cells.len() > 70, "{}", cells.len());
    for [there, text, _] in cells {
        let rule = text.parse::<Rule>().map_err(|e| format!("{there}: {e}"))?;
        assert_eq!(rule.to_string().parse::<Rule>()?, rule, "{there}");
    }
    Ok(())
}

/// Every code of the tables compiles, and is the rule that the text beside it is.
#[test]
fn codes_are_the_texts() -> Outcome {
    let rows = rows()?;
    for (text, code, rule) in &rows {
        assert_eq!(text.parse::<Rule>()?, *rule, "{code}");
    }
    let compiled: BTreeSet<_> = rows.iter().map(|(text, code, _)| (text.to_string(), dense(code))).collect();
    let written: BTreeSet<_> = cells().into_iter().map(|[_, text, code]| (text, dense(&code))).collect();
    assert_eq!(compiled, written);
    Ok(())
}

/// The standard deviation of the initializer that a text names, at a shape.
fn std(text: &str, dims: &[usize]) -> Result<f64, Box<dyn Error>> {
    let plan = candle_init::Initializer::new(1)
        .rule("w", text.parse::<Rule>()?)
        .plan(DType::F32, |vb| vb.get(dims, "w"))?;
    Ok(plan.records()[0].expected.map(|m| m.std).ok_or("no std")?)
}

/// peers.md, truncated normal: units, and which `std` is meant.
#[test]
fn cuts_are_as_the_page_says() -> Outcome {
    let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} for {b}");
    close(std("truncated_normal(std=0.02, cut=absolute)", &[8, 8])?, 0.02);
    close(std("truncated_normal(std=0.02)", &[8, 8])?, 0.02 * 0.879_625_661_034_239_8);
    close(std("he_truncated_normal", &[8, 50])?, 0.2);
    let wide = "variance_scaling(scale=2, fan=in, distribution=truncated_normal, sigmas=3)";
    close(std(wide, &[8, 50])?, 0.2);
    close(std("mitchell", &[8, 25])?, 0.2 * 0.986_578_392_558_108_6);
    // What the 13.7 % trap would make of the initializer.
    assert!((1.0_f64 / 0.879_625_661_034_239_8 - 1.137).abs() < 5e-4);
    Ok(())
}

/// peers.md, fans: the column of this crate, in numbers.
#[test]
fn fans_are_as_the_page_says() -> Outcome {
    let cases: [(&[usize], &str, f64, f64); 11] = [
        (&[32, 4, 3, 3], "conv(groups=8)", 36.0, 36.0),
        (&[32, 1, 3, 3], "conv(groups=32)", 9.0, 9.0),
        (&[16, 8, 4, 4], "conv_transpose", 256.0, 128.0),
        (&[16, 8, 4, 4], "conv_transpose(stride=2)", 64.0, 128.0),
        (&[16, 8, 4, 4], "as_pytorch", 128.0, 256.0),
        (&[1000, 64], "embedding", 64.0, 1000.0),
        (&[192, 64], "qkv", 64.0, 64.0),
        (&[192, 64], "linear", 64.0, 192.0),
        (&[8, 32, 64], "experts", 64.0, 32.0),
        (&[8, 32, 64], "axes(soi)", 64.0, 32.0),
        (&[256, 32], "lstm", 32.0, 64.0),
    ];
    for (dims, layer, fan_in, fan_out) in cases {
        let fans = candle_init::Fans::new(&Shape::from(dims), layer.parse()?)?;
        assert_eq!(fans, candle_init::Fans { fan_in, fan_out }, "{layer} {dims:?}");
    }
    for dims in [&[][..], &[5]] {
        assert!(refusal(dims, "he_normal").contains("give this parameter an initializer without a fan"));
    }
    Ok(())
}

/// peers.md, gains and depth: the numbers.
#[test]
fn factors_are_as_the_page_says() -> Outcome {
    for (text, factor) in [
        ("gain(relu)", 2_f64.sqrt()),
        ("pytorch_gain(relu)", 2_f64.sqrt()),
        ("gain(tanh)", 1.592_537),
        ("pytorch_gain(tanh)", 5.0 / 3.0),
        ("gain(selu)", 1.0),
        ("pytorch_gain(selu)", 0.75),
        ("gain(sigmoid)", 1.846_229),
        ("pytorch_gain(sigmoid)", 1.0),
        ("gain(gelu)", 1.533_530),
        ("gain(silu)", 1.676_532),
        ("gpt2(layers=12)", 24_f64.powf(-0.5)),
        ("fixup(blocks=9, layers_per_block=2)", 1.0 / 3.0),
    ] {
        let got = std(&format!("normal.{text}"), &[4, 4])?;
        assert!((got - factor).abs() < 6e-7, "{text}: {got}");
    }
    let encoder = depth::deep_norm_encoder(6, 4)?;
    assert!((encoder.beta - 0.87 * (1296.0_f64 * 4.0).powf(-1.0 / 16.0)).abs() < 1e-12);
    Ok(())
}

/// peers.md: what is an error here, and what it says.
#[test]
fn refusals_are_as_the_page_says() -> Outcome {
    let cases: [(&[usize], &str, &str); 12] = [
        (&[7], "orthogonal", "rank 2 or more"),
        (&[3, 3, 4], "dirac", "centre=lower"),
        (&[3, 3, 4], "dirac", "centre=upper"),
        (&[3, 4, 3], "delta_orthogonal", "as many outputs as inputs"),
        (&[3, 3], "normal.sparse(-0.1)", "a fraction in [0, 1]"),
        (&[3, 3], "normal.sparse(1.1)", "a fraction in [0, 1]"),
        (&[3, 3], "normal(std=-1)", "did you mean 1?"),
        (&[3, 3], "normal(std=nan)", "std is NaN"),
        (&[3, 3], "variance_scaling(scale=-1)", "a positive, finite number"),
        (&[3, 3], "variance_scaling(scale=0)", "a positive, finite number"),
        (&[3, 3], "variance_scaling(fan=both)", "known are in, out"),
        (&[3, 3], "uniform(lo=1, up=0)", "give a lower bound below"),
    ];
    for (dims, text, part) in cases {
        let message = refusal(dims, text);
        assert!(message.contains(part), "{text}: {message}");
    }
    assert!(drawn("w", &[3], Init::Const(1e6), DType::F16).is_err());
    assert!(drawn("w", &[3], Init::Const(0.3), DType::U32).is_err());
    let bare = candle_init::Initializer::new(1).plan(DType::F32, |vb| vb.get((3, 3), "w"));
    assert!(bare.err().ok_or("covered")?.to_string().contains(r#"Add .rule("w""#));
    Ok(())
}

/// peers.md: tensors without elements, and the axes of orthogonal matrices.
#[test]
fn shapes_are_as_the_page_says() -> Outcome {
    for (initializer, dims) in ["he_normal", "glorot_uniform", "identity", "orthogonal", "zeros"]
        .into_iter()
        .flat_map(|initializer| [[0, 3], [3, 0], [0, 0]].map(|dims| (initializer, dims)))
    {
        assert!(singles(&dims, initializer.parse::<Rule>()?)?.is_empty(), "{initializer} {dims:?}");
    }
    let parts = singles(&[8, 2], init::ORTHOGONAL.on(Layer::LSTM))?;
    let whole = singles(&[8, 2], init::ORTHOGONAL.on(Layer::Linear))?;
    let norm = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>();
    assert!((norm(&parts) - 8.0).abs() < 1e-5 && (norm(&whole) - 2.0).abs() < 1e-5);
    Ok(())
}
