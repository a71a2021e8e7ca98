//! Models of `candle-transformers` are built from scratch, unchanged, through the `VarBuilder`: what they leave
//! without an initializer is listed at once, sensible rules cover it, the plan is the build, and the outputs are finite.
//! What each model needs is written in `catalogue`.

use std::error::Error;

use acceptance::values::{all_bits, values};
use candle_core::{DType, Device};
use candle_init::{Error as InitError, Initializer, Reason};
use candle_nn::{VarBuilder, VarMap};

use crate::models::catalogue::{MODELS, Model};

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

/// The patterns of the rules that a plan proposes in strict mode.
fn proposed(model: &Model) -> Result<Vec<String>, Box<dyn Error>> {
    match Initializer::new(1).plan(DType::F32, |vb| (model.run)(vb, false)) {
        Ok(_) => Ok(Vec::new()),
        Err(InitError::Uncovered { parameters }) => {
            let mut rules: Vec<_> = parameters.into_iter().map(|parameter| parameter.rule).collect();
            rules.sort();
            rules.dedup();
            Ok(rules.iter().filter_map(|rule| Some(rule.split('"').nth(1)?.to_string())).collect())
        }
        Err(other) => Err(format!("{}: {other}", model.name).into()),
    }
}

#[test]
fn plans_list_all_that_has_no_initializer() -> Outcome {
    let all = MODELS.iter().map(|model| Ok((model.name, proposed(model)?)));
    let all = all.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let expected =
        MODELS.iter().map(|model| (model.name, model.uncovered.iter().map(ToString::to_string).collect()));
    assert_eq!(all, expected.collect::<Vec<_>>());
    Ok(())
}

/// Strict and covered: built, finite, and what the plan said.
#[test]
fn models_build_and_run() -> Outcome {
    for model in &MODELS {
        let (init, vars) = ((model.rules)(Initializer::new(7)), VarMap::new());
        let output = (model.run)(init.var_builder(&vars, DType::F32, &CPU), true)?.ok_or("no output")?;
        let output = values(&output)?;
        assert!(output.iter().all(|v| v.is_finite()), "{}: {output:?}", model.name);
        assert!(output.iter().any(|v| *v != output[0]), "{}: all outputs are {}", model.name, output[0]);
        let plan = init.plan(DType::F32, |vb| (model.run)(vb, false))?;
        let mut planned: Vec<_> = plan.records().iter().map(promised).collect();
        planned.sort();
        let report = init.report(&vars)?;
        let mut made: Vec<_> = report.records().iter().map(promised).collect();
        made.sort();
        assert_eq!(planned, made, "{}", model.name);
        assert!(report.records().iter().all(|r| r.reason != Reason::Uncovered), "{}", model.name);
    }
    Ok(())
}

/// Another initializer of the same seed makes the same model, one of another seed another.
#[test]
fn models_are_reproduced_by_their_seed() -> Outcome {
    let build = |model: &Model, seed| -> Result<_, Box<dyn Error>> {
        let vars = VarMap::new();
        (model.run)((model.rules)(Initializer::new(seed)).var_builder(&vars, DType::BF16, &CPU), false)?;
        Ok(all_bits(&vars)?)
    };
    for model in &MODELS {
        let first = build(model, 1)?;
        assert_eq!(build(model, 1)?, first, "{}", model.name);
        assert_ne!(build(model, 2)?, first, "{}", model.name);
    }
    Ok(())
}

/// Left to candle, the models that fetch norms bare are dead: the same output for every input.
#[test]
fn candle_alone_leaves_them_dead() -> Outcome {
    for model in MODELS.iter().filter(|model| ["t5", "bigcode", "falcon", "whisper"].contains(&model.name)) {
        let vars = VarMap::new();
        let output =
            (model.run)(VarBuilder::from_varmap(&vars, DType::F32, &CPU), true)?.ok_or("no output")?;
        let output = values(&output)?;
        assert!(output.iter().all(|v| *v == output[0]), "{} lives: {output:?}", model.name);
        // Lenient does as candle does, and says so.
        let (init, vars) = (Initializer::new(7).lenient(), VarMap::new());
        (model.run)(init.var_builder(&vars, DType::F32, &CPU), false)?;
        assert!(init.report(&vars)?.to_string().contains("NOT COVERED"), "{}", model.name);
    }
    Ok(())
}

/// Everything of a record but what is measured.
fn promised(record: &candle_init::Record) -> String {
    let mut record = record.clone();
    (record.measured, record.orthogonality_error) = (None, None);
    format!("{record:?}")
}
