//! The norm of another parameter: `g = ‖v‖` of weight normalization, wherever it is made.

use std::error::Error;

use acceptance::values::values;
use candle_core::{DType, Device, Tensor, Var};
use candle_init::{Error as InitError, Initializer, Plan, Rule, init, named_vars};
use candle_nn::{VarBuilder, VarMap};

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

/// Rules for `v`: elements on their own, by formula, made together, changed.
const SOURCES: [&str; 6] = [
    "pytorch_uniform.on(as_pytorch)",
    "he_normal",
    "range(start=1, step=1)",
    "orthogonal",
    "normal(std=0.02).zero_row(1)",
    "blocks(zeros, ones)",
];

/// Shapes of `g` for a `v` of `[6, 4, 5]`, and which of its axes are left.
const SHAPES: [(&[usize], [bool; 3]); 5] = [
    (&[6, 1, 1], [true, false, false]),
    (&[1, 1, 5], [false, false, true]),
    (&[6, 1, 5], [true, false, true]),
    (&[1, 1, 1], [false; 3]),
    (&[], [false; 3]),
];

fn initializer(source: &str) -> Initializer {
    Initializer::new(11).rule("*.v", source).rule("*.g", Rule::norm_of("v"))
}

fn model(vb: &VarBuilder<'static>, g: &[usize], v: &[usize]) -> candle_core::Result<()> {
    let vb = vb.pp("net.conv");
    vb.get(g, "g")?; // before what it is of
    vb.get(v, "v").map(|_| ())
}

fn built(init: &Initializer, g: &[usize], v: &[usize], dtype: DType) -> candle_init::Result<[Var; 2]> {
    let vars = VarMap::new();
    init.build(&vars, dtype, &CPU, |vb| model(&vb, g, v))?;
    init.report(&vars)?;
    let found: Vec<Var> = named_vars(&vars).into_iter().map(|(_, var)| var).collect();
    found.try_into().map_err(|_| InitError::NoShape { parameter: "g".into() })
}

/// The norms by their definition: every element in its order, in `f64`.
fn norms(v: &[f64], kept: [bool; 3]) -> Vec<f64> {
    let extents = [6, 4, 5];
    let count = (0..3).filter(|axis| kept[*axis]).map(|axis| extents[axis]).product();
    let mut sums = vec![0.0; count];
    for (i, value) in v.iter().enumerate() {
        let at = [i / 20, i / 5 % 4, i % 5];
        let place = (0..3).filter(|axis| kept[*axis]).fold(0, |place, axis| place * extents[axis] + at[axis]);
        sums[place] += value * value;
    }
    sums.iter().map(|sum| sum.sqrt()).collect()
}

#[test]
fn it_is_the_norm_of_what_the_other_has_to_the_bit() -> Outcome {
    for source in SOURCES {
        for (shape, kept) in SHAPES {
            let [g, v] = built(&initializer(source), shape, &[6, 4, 5], DType::F32)?;
            let due: Vec<f64> = norms(&values(&v)?, kept).iter().map(|x| f64::from(*x as f32)).collect();
            assert_eq!(values(&g)?, due, "{source} {shape:?}");
            let [wide, v] = built(&initializer(source), shape, &[6, 4, 5], DType::F64)?;
            assert_eq!(values(&wide)?, norms(&values(&v)?, kept), "{source} {shape:?}");
            let [narrow, _] = built(&initializer(source), shape, &[6, 4, 5], DType::BF16)?;
            assert_eq!(values(&narrow)?, values(&g.to_dtype(DType::BF16)?)?, "{source} {shape:?}");
        }
    }
    Ok(())
}

/// In pieces that end within a row, on any number of threads.
#[test]
fn a_large_one_is_the_same_sum() -> Outcome {
    let shape = [3, 7, 100_003];
    for (g, kept) in [(&[3, 1, 1][..], 700_021), (&[], 3 * 700_021)] {
        let [g, v] = built(&initializer("normal(std=0.02)"), g, &shape, DType::F64)?;
        let sums = |v: &[f64]| v.iter().fold(0.0, |sum, value| sum + value * value).sqrt();
        assert_eq!(values(&g)?, values(&v)?.chunks(kept).map(sums).collect::<Vec<_>>());
    }
    Ok(())
}

#[test]
fn the_rule_of_a_plan_makes_it_alone() -> Outcome {
    let scoped = initializer("he_uniform").scope("critic");
    for init in [initializer("he_uniform"), scoped] {
        let [g, _] = built(&init, &[6, 1, 1], &[6, 4, 5], DType::F32)?;
        let plan = init.plan(DType::F32, |vb| model(&vb, &[6, 1, 1], &[6, 4, 5]))?;
        let record = plan.records().first().ok_or("no record")?;
        let rule = record.whole_rule().ok_or("no rule")?;
        assert_eq!(rule.to_string(), "norm_of(name='v', shape=[6, 4, 5], rule=he_uniform)");
        let read: Rule = rule.to_string().parse()?;
        let lazy = init.lazy(&record.name, (6, 1, 1), read, DType::F32)?;
        assert_eq!(values(&lazy.tensor(&CPU)?)?, values(&g)?);
        assert_eq!(values(&lazy.part(&[2..5, 0..1, 0..1])?.tensor(&CPU)?)?, values(&g)?[2..5]);
        assert_eq!(lazy.held_bytes(), 24);
        let again = init.again(record, DType::F32, &CPU)?.ok_or("not made")?;
        assert_eq!(values(&again)?, values(&g)?);
        let planned = init.with_plan(&plan);
        let vb = planned.var_builder(&VarMap::new(), DType::F32, &CPU);
        assert_eq!(values(&vb.get((6, 1, 1), "net.conv.g")?)?, values(&g)?, "alone, with a plan");
    }
    Ok(())
}

/// The rule of the other may be a default, and its layer kind what a hint tells.
#[test]
fn the_other_may_be_left_to_its_layer() -> Outcome {
    let init = Initializer::new(3).rule("*.weight_g", Rule::norm_of("weight"));
    let vars = VarMap::new();
    let plan = |vb: &VarBuilder<'static>| {
        candle_nn::conv_transpose1d(4, 6, 5, candle_nn::ConvTranspose1dConfig::default(), vb.pp("up"))?;
        vb.get((4, 1, 1), "up.weight_g")
    };
    init.build(&vars, DType::F32, &CPU, |vb| plan(&vb))?;
    let found: Vec<_> = named_vars(&vars).into_iter().map(|(_, var)| var).collect();
    let sums = found[1].as_tensor().to_dtype(DType::F64)?.sqr()?.sum_keepdim((1, 2))?.sqrt()?;
    let (due, is) = (values(&sums)?, values(&found[2])?);
    assert!(due.iter().zip(&is).all(|(due, is)| (due - is).abs() < 1e-6 * due), "{due:?} {is:?}");
    Ok(())
}

#[test]
fn texts_are_read_back() -> Outcome {
    for text in [
        "norm_of('weight_v')",
        "norm_of('original1').times(0.5)",
        "norm_of(name='Weight-V', shape=[4, 2, 3], rule=normal(mean=0, std=0.02).zero_row(1))",
        "norm_of(name='v', shape=[], rule=const(value=0.5))",
    ] {
        let rule: Rule = text.parse()?;
        assert_eq!(rule.to_string(), text);
        assert_eq!(serde_json::from_str::<Rule>(&serde_json::to_string(&rule)?)?, rule);
    }
    assert_eq!(" Norm_Of( name = 'V' ) ".parse::<Rule>()?, Rule::norm_of("V"));
    for (text, says) in [
        ("norm_of(weight_v)", "`weight_v` stands in no quotes; write it as `norm_of('weight_v')`"),
        ("norm_of()", "`name` is missing"),
        ("norm_of('a.b')", "the last part of the path"),
        ("norm_of(name='v', shape=[2])", "stand together"),
        ("norm_of(name='v', shape=[2], rule=norm_of('w'))", "is itself the norm"),
        ("norm_of('v", "closing bracket"),
        ("norm_of(name='v', shape=[2], rule=zeros, dim=0)", "no argument `dim`"),
    ] {
        let error = text.parse::<Rule>().err().ok_or(text)?;
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    Ok(())
}

fn refused(init: &Initializer, g: &[usize], v: &[usize]) -> Result<String, Box<dyn Error>> {
    let plan: candle_init::Result<Plan> = init.plan(DType::F32, |vb| model(&vb, g, v));
    Ok(plan.err().ok_or("planned")?.to_string())
}

#[test]
fn what_cannot_be_is_said() -> Outcome {
    let init = initializer("he_uniform");
    for (g, says) in
        [(&[5, 1, 1][..], "[6, 4, 5], is required"), (&[6, 1], "[6, 4, 5]"), (&[6, 4, 1, 1], "[6, 4, 5]")]
    {
        let message = refused(&init, g, &[6, 4, 5])?;
        assert!(message.contains("net.conv.g") && message.contains(says), "{message}");
    }
    let elsewhere = Initializer::new(1).rule("*.v", init::ZEROS).rule("*.g", Rule::norm_of("w"));
    let message = refused(&elsewhere, &[6, 1, 1], &[6, 4, 5])?;
    assert!(message.contains("asks for no `net.conv.w`; beside this parameter it has `v`"), "{message}");
    let circle = Initializer::new(1).rule("*.v", Rule::norm_of("g")).rule("*.g", Rule::norm_of("v"));
    assert!(refused(&circle, &[6, 1, 1], &[6, 1, 1])?.contains("`v` is itself the norm of a parameter"));
    let itself = Initializer::new(1).rule("*.v", init::ZEROS).rule("*.g", Rule::norm_of("g"));
    assert!(refused(&itself, &[6, 1, 1], &[6, 1, 1])?.contains("`g` is itself the norm"));
    let strange = Initializer::new(1).rule("*.v", init::ZEROS).rule("*.g", Rule::norm_of("it's"));
    assert!(refused(&strange, &[6, 1, 1], &[6, 1, 1])?.contains("the last part of the path"));
    let block = Initializer::new(1).rule("*.v", init::ZEROS).rule("*.g", Rule::blocks([Rule::norm_of("v")]));
    assert!(refused(&block, &[6, 1, 1], &[6, 1, 1])?.contains("a norm is that of a whole parameter"));
    let unplanned = initializer("he_uniform").var_builder(&VarMap::new(), DType::F32, &CPU);
    let error = unplanned.get((6, 1, 1), "net.conv.g").err().ok_or("made")?.to_string();
    assert!(error.contains("Initializer::build"), "{error}");
    let alone = Initializer::new(1).var("g", (6, 1, 1), Rule::norm_of("v"), DType::F32, &CPU);
    assert!(alone.err().ok_or("made")?.to_string().contains("shape and the rule of the other"));
    Ok(())
}

#[test]
fn the_norm_of_what_a_checkpoint_has_is_loaded_too() -> Outcome {
    let file = tempfile::NamedTempFile::with_suffix(".safetensors")?;
    let v = Tensor::ones((6, 4, 5), DType::F32, &CPU)?;
    candle_core::safetensors::save(&[("net.conv.v", v)].into(), file.path())?;
    let init =
        Initializer::new(1).load(candle_init::Checkpoint::open(file.path())?).rule("*.g", Rule::norm_of("v"));
    let message = refused(&init, &[6, 1, 1], &[6, 4, 5])?;
    assert!(
        message.contains("`net.conv.v` comes from a checkpoint") && message.contains("net.conv.g"),
        "{message}"
    );
    Ok(())
}
