//! Many rules, many parameters, many tensors: done in time that grows with their number, not with its square. A square of
//! these would take an hour; nothing here is timed.

use candle_core::{DType, Device};
use candle_init::{Checkpoint, Error, Initializer, Recipe, init};
use candle_nn::{Init, VarBuilder, VarMap};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const HE: Init = candle_nn::init::DEFAULT_KAIMING_NORMAL;

fn names(count: usize, path: &str) -> Vec<String> {
    (0..count).map(|i| format!("{path}.layers.{i}.feed_forward.experts.projection.weight")).collect()
}

fn asking(names: &[String], hint: Init) -> impl Fn(VarBuilder<'static>) -> candle_core::Result<()> {
    let names = names.to_vec();
    move |vb| names.iter().try_for_each(|name| vb.get_with_hints((2, 2), name, hint).map(drop))
}

#[test]
#[cfg_attr(
    not(feature = "long"),
    ignore = "a hundred million questions: with --features acceptance/full, as CI"
)]
fn a_rule_for_each_of_ten_thousand_parameters() -> Outcome {
    let names = names(10_000, "model");
    let init = names.iter().fold(Initializer::new(1), |init, name| init.rule(name, init::ONES));
    assert_eq!(init.plan(DType::F32, asking(&names, HE))?.records().len(), names.len());
    let vars = VarMap::new();
    asking(&names, HE)(init.var_builder(&vars, DType::F32, &Device::Cpu))?;
    assert_eq!(init.report(&vars)?.records().len(), names.len());
    Ok(())
}

#[test]
fn a_hundred_thousand_uncovered_parameters() -> Outcome {
    let names = names(100_000, "model");
    let error =
        Initializer::new(1).plan(DType::F32, asking(&names, Init::Const(0.0))).err().ok_or("covered")?;
    assert!(matches!(&error, Error::Uncovered { parameters } if parameters.len() == names.len()));
    assert!(error.to_string().contains("99992 more"));
    Ok(())
}

/// Whether a line is over something else is asked of the first; the lines of the others are for their own names.
#[test]
fn a_hundred_thousand_uncovered_parameters_of_one_each() -> Outcome {
    let names: Vec<_> = (0..100_000).map(|i| format!("m{i}x.0.weight")).collect();
    let error =
        Initializer::new(1).plan(DType::F32, asking(&names, Init::Const(0.0))).err().ok_or("covered")?;
    let Error::Uncovered { parameters } = error else { return Err(error.into()) };
    assert_eq!(parameters[0].rule, ".rule(\"m0x.*.weight\", init::HE_NORMAL)");
    assert_eq!(parameters[99_999].rule, ".rule(\"m99999x.0.weight\", init::HE_NORMAL)");
    Ok(())
}

/// Numbers of a recipe that name one another, a hundred times each.
#[test]
fn numbers_that_stand_for_one_another() -> Outcome {
    let number = |i: usize| {
        let next = vec![format!("n{}", i + 1); 100].join(" * ");
        format!("numbers.n{i} = {{ keys = [\"n{i}\"], default = \"{next}\" }}\n")
    };
    let numbers: String = (0..6).map(number).collect();
    let last = "numbers.n6 = { keys = [\"n6\"], default = 1 }\nrules = [[\"*\", \"const({n0})\"]]";
    let recipe = Recipe::parse(&format!("family = \"own\"\n{numbers}{last}"), "{}")?;
    let plan = Initializer::new(1).recipe(recipe).plan(DType::F32, |vb| vb.get(2, "w"))?;
    assert_eq!(plan.records()[0].expected.map(|moments| moments.mean), Some(1.0));
    Ok(())
}

/// A wrong prefix: no parameter is a tensor, and the nearest of those that the message lists are looked for.
#[test]
fn ten_thousand_parameters_beside_ten_thousand_tensors() -> Outcome {
    let (vars, file) = (VarMap::new(), tempfile::NamedTempFile::new()?);
    asking(&names(10_000, "bert"), HE)(Initializer::new(1).var_builder(&vars, DType::F32, &Device::Cpu))?;
    vars.save(file.path())?;
    let init = Initializer::new(1).load(Checkpoint::open(file.path())?);
    let error = init.plan(DType::F32, asking(&names(10_000, "best"), HE)).err().ok_or("loaded")?;
    let Error::NotLoaded { parameters } = &error else { return Err(error.into()) };
    assert_eq!(parameters.iter().filter(|parameter| parameter.nearest.is_some()).count(), 8);
    assert!(error.to_string().contains("(the nearest is `bert.layers.0.feed"), "{:.300}", error.to_string());
    Ok(())
}
