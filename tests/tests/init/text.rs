//! An initializer is the same initializer as text and in candle's words: what is written reads back to the same bits, what is
//! no initializer is refused with help, and candle's hints keep their meaning in both directions.

use std::error::Error;

use acceptance::strategies::{random_initializer, weight};
use acceptance::values::bits;
use candle_core::{DType, Device, Shape};
use candle_init::activation::{Activation, pytorch_gain};
use candle_init::{Cut, Error as InitError, Family, Init, Initializer, Layer, NAMED, VarianceScaling, init};
use candle_nn::VarMap;
use candle_nn::init::{self as candle, FanInOut, NormalOrUniform};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn Error>>;

/// Any initializer with any numbers but NaN, in range or not: text does not judge.
fn any_numbers() -> impl Strategy<Value = Init> {
    let number = || prop_oneof![any::<f64>().prop_filter("NaN", |x| !x.is_nan()), -10.0..10.0_f64];
    let four = (number(), number(), number(), number());
    (four, 0..6_u8, acceptance::strategies::scaling()).prop_map(|((a, b, lo, up), kind, v)| match kind {
        0 => Init::Const(a),
        1 => Init::Uniform { lo, up },
        2 => Init::Randn { mean: a, stdev: b },
        3 => Init::TruncatedNormal { mean: a, stdev: b, cut: Cut::Sigmas { lo, up } },
        4 => Init::TruncatedNormal { mean: a, stdev: b, cut: Cut::Absolute { lo, up } },
        _ => Init::VarianceScaling(VarianceScaling { scale: a, ..v }),
    })
}

/// The numbers of an initializer to the bit: `Debug` prints the shortest text that reads back, and the sign of zero.
fn exactly(initializer: Init) -> String {
    format!("{initializer:?}")
}

proptest! {
    #[test]
    fn text_reads_back_to_the_same_bits(initializer in prop_oneof![any_numbers(), random_initializer()]) {
        let text = initializer.to_string();
        let back: Init = text.parse()?;
        prop_assert_eq!(exactly(back), exactly(initializer), "{}", text);
        prop_assert_eq!(back.to_string(), text);
    }

    #[test]
    fn case_and_blanks_do_not_matter(initializer in random_initializer(), upper: bool) {
        let text = initializer.to_string();
        let spaced = format!("  {}  ", text.replace(',', " , ").replace('=', " = ").replace('(', " ( "));
        let cased = if upper { spaced.to_ascii_uppercase() } else { spaced };
        prop_assert_eq!(exactly(cased.parse()?), exactly(initializer), "{}", cased);
    }
}

#[test]
fn zero_keeps_its_sign() -> Outcome {
    for value in [0.0, -0.0] {
        let initializer = Init::Const(value);
        assert_eq!(exactly(initializer.to_string().parse()?), exactly(initializer));
    }
    Ok(())
}

#[test]
fn names_and_aliases_are_the_initializers() -> Outcome {
    for (name, initializer) in NAMED {
        assert_eq!(name.parse::<Init>()?, initializer);
        assert_eq!(name.to_ascii_uppercase().parse::<Init>()?, initializer);
        assert_eq!(format!(" {name}() ").parse::<Init>()?, initializer);
    }
    for (alias, initializer) in
        [("xavier_uniform", "glorot_uniform"), ("kaiming_normal", "he_normal"), ("one", "ones")]
    {
        assert_eq!(alias.parse::<Init>()?.to_string(), initializer);
    }
    assert_eq!("HE_Normal".parse::<Init>()?, init::HE_NORMAL);
    Ok(())
}

#[test]
fn missing_arguments_have_the_stated_defaults() -> Outcome {
    assert_eq!("normal".parse::<Init>()?, Init::Randn { mean: 0.0, stdev: 1.0 });
    assert_eq!("normal(std=0.02)".parse::<Init>()?, Init::Randn { mean: 0.0, stdev: 0.02 });
    assert_eq!("truncated_normal(std=.5)".parse::<Init>()?, init::truncated_normal(0.0, 0.5));
    assert_eq!("variance_scaling".parse::<Init>()?, init::LECUN_NORMAL);
    assert_eq!("variance_scaling(scale=2)".parse::<Init>()?, init::HE_NORMAL);
    assert_eq!("variance_scaling(fan=fan_avg)".parse::<Init>()?, init::GLOROT_NORMAL);
    Ok(())
}

/// What is no initializer, and what its message must say.
const MALFORMED: [(&str, &str); 43] = [
    ("", "known are zeros, ones, glorot_uniform"),
    ("he_normall", "did you mean `he_normal`?"),
    ("glorot", "did you mean `glorot_uniform` or `glorot_normal` or `glorot_truncated_normal`?"),
    ("trunc_normal_", "did you mean `truncated_normal`?"),
    ("xavier_normal_", "did you mean `xavier_normal`?"),
    ("trunk_normal", "did you mean `truncated_normal`?"),
    ("truncnormal(std=0.02)", "did you mean `truncated_normal`?"),
    ("randn(0, 0.02)", "did you mean `normal`?"),
    ("gaussian", "did you mean `normal`?"),
    ("rand", "did you mean `uniform`?"),
    ("constant(0)", "did you mean `const`?"),
    ("he_normal(2)", "as in `he_normal.times(2)`"),
    ("xavier_uniform(gain=1.5)", "as in `xavier_uniform.times(1.5)`"),
    ("kaiming_normal(mode=fan_out)", "it is `variance_scaling(scale=2, fan=out, distribution=normal)`"),
    (
        "kaiming_uniform(a=0.2, mode='out')",
        "it is `variance_scaling(scale=2, fan=out, distribution=uniform)`",
    ),
    ("lecun_uniform(nonlinearity=relu)", "as in `lecun_uniform.pytorch_gain"),
    ("kaiming_normal(a=0.3)", "as in `lecun_normal.pytorch_gain(leaky_relu(slope=0.3))`"),
    ("kaiming_uniform(0.01)", "as in `lecun_uniform.pytorch_gain(leaky_relu(slope=0.01))`"),
    ("kaimming_uniform", "did you mean `kaiming_uniform`?"),
    ("normel(std=1)", "did you mean `normal`?"),
    ("variance_scalling(scale=1)", "did you mean `variance_scaling`?"),
    ("orthonormal(axis=1", "the closing bracket is missing"),
    ("ortogonal", "did you mean `orthogonal`?"),
    ("convolution_aware_of_all", "normal(mean=0, std=0.02)"),
    ("orthogonal(axis=0.5)", "`axis=0.5` is not a number that it takes"),
    ("identity(centre=top)", "`centre=top` is unknown; known are middle, lower, upper"),
    ("stft(window=kaiser)", "`window=kaiser` is unknown; known are boxcar, hann, hamming, blackman"),
    ("variance_scaling(sigmas=3)", "`sigmas` belongs to distribution=truncated_normal"),
    ("he_normal(gain=2)", "`he_normal` takes no arguments"),
    ("const", "`value` is missing, as in `const(value=0.5)`"),
    ("uniform(lo=0)", "`up` is missing, as in `uniform(lo=-0.1, up=0.1)`"),
    ("normal(0, 1)", "its arguments have names, as in `normal(mean=0, std=0.02)`"),
    ("normal(std=1", "the closing bracket is missing"),
    ("normal(std=1))", "a bracket closes that was not opened"),
    ("normal(std=a)", "`std=a` is not a number"),
    ("normal(std=1, std=2)", "`std` is given twice"),
    ("normal(sigma=1)", "it has no argument `sigma`: its form is that of `normal(mean=0, std=0.02)`"),
    ("uniform(lo=0, up=1, mean=0)", "it has no argument `mean`"),
    ("truncated_normal(cut=both)", "`cut=both` is unknown; known are sigmas, absolute"),
    ("variance_scaling(fan=both)", "`fan=both` is unknown; known are in, out, average, geometric_average"),
    (
        "variance_scaling(distribution=cauchy)",
        "`distribution=cauchy` is unknown; known are normal, truncated_normal, uniform",
    ),
    ("normal(std=1) and more", "the closing bracket is missing"),
    ("нормальный", "known are"),
];

#[test]
fn malformed_texts_are_refused_with_help() {
    for (text, expected) in MALFORMED {
        match text.parse::<Init>() {
            Err(InitError::Text { text: shown, reason, .. }) => {
                assert_eq!(shown, text);
                assert!(reason.contains(expected), "`{text}`: {reason}");
            }
            other => assert!(matches!(other, Err(InitError::Text { .. })), "`{text}`: {other:?}"),
        }
    }
}

/// All hints of candle: every form, fan and nonlinearity.
fn hints() -> Vec<candle::Init> {
    use candle::NonLinearity::{ExplicitGain, Linear, ReLU, SELU, Sigmoid, Tanh};
    let mut all = vec![
        candle::Init::Const(0.0),
        candle::Init::Const(-2.5),
        candle::Init::Randn { mean: 0.5, stdev: 0.25 },
        candle::Init::Uniform { lo: -0.125, up: 0.75 },
    ];
    for non_linearity in [ReLU, Linear, Sigmoid, Tanh, SELU, ExplicitGain(1.3)] {
        for fan in [FanInOut::FanIn, FanInOut::FanOut] {
            for dist in [NormalOrUniform::Normal, NormalOrUniform::Uniform] {
                all.push(candle::Init::Kaiming { dist, fan, non_linearity });
            }
        }
    }
    all
}

/// Mean and standard deviation of a hint at a shape, from candle's own fans and gains.
fn candle_moments(hint: candle::Init, shape: &Shape) -> (f64, f64) {
    match hint {
        candle::Init::Const(value) => (value, 0.0),
        candle::Init::Randn { mean, stdev } => (mean, stdev),
        candle::Init::Uniform { lo, up } => ((lo + up) / 2.0, (up - lo) / 12_f64.sqrt()),
        candle::Init::Kaiming { fan, non_linearity, .. } => {
            (0.0, non_linearity.gain() / (fan.for_shape(shape) as f64).sqrt())
        }
    }
}

#[test]
fn candles_hints_keep_their_meaning() -> Outcome {
    assert_eq!(hints().len(), 28);
    for (hint, dims) in hints().into_iter().flat_map(|h| [vec![64, 128], vec![8, 4, 3, 3]].map(|d| (h, d))) {
        let shape = Shape::from(dims);
        let (ours, (mean, std)) = (Init::from(hint), candle_moments(hint, &shape));
        let initializer = ours.distribution(&shape, Layer::of_shape(&shape))?;
        assert!(
            initializer.mean() == mean && (initializer.std() - std).abs() <= 1e-15 * std,
            "{hint:?}: {ours}"
        );
        let normal = matches!(hint, candle::Init::Kaiming { dist: NormalOrUniform::Normal, .. });
        let form = matches!(ours, Init::VarianceScaling(v) if v.family == Family::Normal);
        assert_eq!(normal, form, "{hint:?}: {ours}");
    }
    assert_eq!(Init::from(candle::DEFAULT_KAIMING_UNIFORM), init::HE_UNIFORM);
    assert_eq!(Init::from(candle::DEFAULT_KAIMING_NORMAL), init::HE_NORMAL);
    assert_eq!((Init::from(candle::ZERO), Init::from(candle::ONE)), (init::ZEROS, init::ONES));
    Ok(())
}

#[test]
fn gains_are_candles_and_pytorchs() -> Outcome {
    use candle::NonLinearity as Candle;
    for (candle, ours) in [
        (Candle::ReLU, Activation::Relu),
        (Candle::Linear, Activation::Linear),
        (Candle::Sigmoid, Activation::Sigmoid),
        (Candle::Tanh, Activation::Tanh),
        (Candle::SELU, Activation::Selu),
    ] {
        assert_eq!(pytorch_gain(ours)?, candle.gain(), "{candle:?}");
    }
    // `torch.nn.init.calculate_gain("leaky_relu", slope)`
    for (slope, gain) in
        [(0.0, std::f64::consts::SQRT_2), (0.01, 1.414_142_856_997_835_4), (10.0, 0.140_719_508_946_058_4)]
    {
        assert!((pytorch_gain(Activation::LeakyRelu(slope))? - gain).abs() < 1e-15, "{slope}");
    }
    // candle's ReLU gain squared is two, not what the root leaves of it; a negative gain stays an error.
    let kaiming = |non_linearity| {
        let (dist, fan) = (NormalOrUniform::Normal, FanInOut::FanIn);
        Init::from(candle::Init::Kaiming { dist, fan, non_linearity })
    };
    assert!(matches!(kaiming(Candle::ReLU), Init::VarianceScaling(v) if v.scale == 2.0));
    let negative = kaiming(Candle::ExplicitGain(-3.0));
    assert!(negative.distribution(&Shape::from((3, 4)), Layer::Linear).is_err());
    Ok(())
}

fn truncated(initializer: Init) -> bool {
    let scaled = |v: VarianceScaling| matches!(v.family, Family::TruncatedNormal { .. });
    matches!(initializer, Init::TruncatedNormal { .. })
        || matches!(initializer, Init::VarianceScaling(v) if scaled(v))
}

/// As deep as is stated, and no deeper.
#[test]
fn brackets_stand_sixty_four_deep() {
    let said = |depth: usize| {
        let text = format!("values({}1{})", "[".repeat(depth - 1), "]".repeat(depth - 1));
        text.parse::<candle_init::Rule>().err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(!said(64).contains("more than 64 deep"), "{}", said(64));
    assert!(said(65).contains("more than 64 deep"), "{}", said(65));
}

/// Each of the papers' rules by its own name, a window by its number, and no more words than there need be.
#[test]
fn texts_of_what_is_special() -> Outcome {
    assert_eq!("mamba_a_log".parse::<candle_init::Rule>()?, init::mamba_a_log());
    let tukey = "stft(window=tukey(0.25))".parse::<Init>()?;
    assert!(tukey.to_string().contains("window=tukey(0.25)"), "{tukey}");
    let refused = "stft(window=tukey(half))".parse::<Init>().err().ok_or("half of what?")?.to_string();
    assert!(refused.contains("`tukey(half)` is not `tukey(0.5)`"), "{refused}");
    let cut = "variance_scaling(scale=3, fan=in, distribution=truncated_normal)";
    assert_eq!(cut.parse::<Init>()?.to_string(), cut);
    Ok(())
}

#[test]
fn constants_are_said_in_candles_words() -> Outcome {
    let hint = init::constant(0.3).to_candle(&Shape::from(3), Layer::Linear)?;
    assert!(matches!(hint, Some(candle_nn::Init::Const(0.3))), "{hint:?}");
    assert!(init::truncated_normal(0.0, 1.0).to_candle(&Shape::from(3), Layer::Linear)?.is_none());
    Ok(())
}

/// Zero and one are no probabilities of a class.
#[test]
fn a_prior_is_between_zero_and_one() {
    for p in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
        assert!(init::prior_bias(p).is_err(), "{p}");
    }
}

proptest! {
    /// Said in candle's words and taken back, an initializer is the same at its shape; a cut one cannot be said.
    #[test]
    fn candles_words_say_the_same_initializer(initializer in random_initializer(), weight in weight(48)) {
        let ours = initializer.distribution(&weight.shape(), weight.layer)?;
        let Some(hint) = initializer.to_candle(&weight.shape(), weight.layer)? else {
            prop_assert!(truncated(initializer), "{initializer} was not said");
            return Ok(());
        };
        prop_assert!(!truncated(initializer), "{initializer} was said as {hint:?}");
        let (mean, std) = candle_moments(hint, &weight.shape());
        prop_assert!((mean - ours.mean()).abs() <= 1e-15 * (mean.abs() + std), "{initializer}: {hint:?}");
        prop_assert!((std / ours.std() - 1.0).abs() < 1e-15, "{initializer}: {hint:?}");
        let back = Init::from(hint).distribution(&weight.shape(), weight.layer)?;
        prop_assert_eq!((back.std(), back.support()), (ours.std(), ours.support()));
    }

    /// An initializer passed as a hint to any layer's request draws the values that a rule would give.
    #[test]
    fn a_hint_and_a_rule_give_the_same_values(
        initializer in random_initializer(), dims in proptest::collection::vec(1..9_usize, 2..=4), seed: u64,
    ) {
        let shape = Shape::from(dims);
        let Some(hint) = initializer.to_candle(&shape, Layer::of_shape(&shape))? else { return Ok(()) };
        let hinted = Initializer::new(seed).var_builder(&VarMap::new(), DType::F32, &Device::Cpu);
        let ruled = Initializer::new(seed).rule("*", initializer.on(Layer::of_shape(&shape)));
        let ruled = ruled.var_builder(&VarMap::new(), DType::F32, &Device::Cpu);
        let (a, b) = (hinted.get_with_hints(shape.clone(), "w", hint)?, ruled.get(shape, "w")?);
        prop_assert_eq!(bits(&a)?, bits(&b)?);
    }
}
