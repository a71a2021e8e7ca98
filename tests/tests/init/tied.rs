//! A table that is a head too, and too wide for that, is told of in plan and report, and nothing else is.

use std::error::Error;

use candle_core::{DType, Device};
use candle_init::{Init, Initializer, Recipe, init};
use candle_nn::{VarBuilder, VarMap, embedding, linear_no_bias};

type Outcome = Result<(), Box<dyn Error>>;

/// A head under a name of its own.
fn two_names(vb: VarBuilder<'static>) -> candle_core::Result<()> {
    embedding(100, 64, vb.pp("wte"))?;
    linear_no_bias(64, 100, vb.pp("head")).map(drop)
}

/// A head that asks for its table.
fn one_name(vb: VarBuilder<'static>) -> candle_core::Result<()> {
    embedding(100, 64, vb.pp("wte"))?;
    linear_no_bias(64, 100, vb.pp("wte")).map(drop)
}

/// A table that two layers look up.
fn two_tables(vb: VarBuilder<'static>) -> candle_core::Result<()> {
    embedding(100, 64, vb.pp("wte"))?;
    embedding(100, 64, vb.pp("wte")).map(drop)
}

type Model = fn(VarBuilder<'static>) -> candle_core::Result<()>;

/// The warnings of the plan; those of the report are the same, and both print them.
fn warnings(init: &Initializer, model: Model) -> Result<Vec<String>, Box<dyn Error>> {
    let plan = init.plan(DType::F32, model)?;
    let vars = VarMap::new();
    model(init.var_builder(&vars, DType::F32, &Device::Cpu))?;
    let report = init.report(&vars)?;
    let warnings: Vec<_> = plan.warnings().map(String::from).collect();
    assert_eq!(report.warnings().collect::<Vec<_>>(), warnings);
    for text in [plan.to_string(), report.to_string(), serde_json::to_value(&plan)?["warnings"].to_string()] {
        assert!(
            warnings.iter().all(|warning| text.contains(warning.split('\"').next().unwrap_or(""))),
            "{text}"
        );
        assert_eq!(text.contains("far above ln V"), !warnings.is_empty(), "{text}");
    }
    Ok(warnings)
}

#[test]
fn a_wide_table_under_a_tied_head_is_told_of() -> Outcome {
    let wide = init::normal(0.0, 1.0);
    let tied = Initializer::new(1).tie("head.weight", "wte.weight");
    for (init, model) in [(tied, two_names as Model), (Initializer::new(1), one_name)] {
        let told = warnings(&init.clone().rule("wte.weight", wide), model)?;
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with(
                "`wte.weight` is a table and a head: with a std of 1.000 its logits have one of 8.000"
            ),
            "{told:?}"
        );
        // The way out, pasted.
        assert!(told[0].ends_with(r#".rule("wte.weight", init::normal(0.0, 0.02))"#), "{told:?}");
        assert!(warnings(&init.rule("wte.weight", init::normal(0.0, 0.02)), model)?.is_empty());
    }
    Ok(())
}

/// A limit of 4 on 0.5 of 64: a hair on either side of it.
#[test]
fn the_limit_is_that_of_the_logits() -> Outcome {
    for (std, due) in [(0.499, 0), (0.501, 1)] {
        let init = Initializer::new(1).rule("wte.weight", init::normal(0.0, std));
        assert_eq!(warnings(&init, one_name)?.len(), due, "{std}");
    }
    let shifted = Initializer::new(1).rule("wte.weight", Init::Const(1.0));
    assert_eq!(warnings(&shifted, one_name)?.len(), 1);
    Ok(())
}

#[test]
fn what_is_no_head_or_the_authors_own_is_not() -> Outcome {
    let wide = |init: Initializer| init.rule("wte.weight", init::normal(0.0, 1.0));
    assert!(warnings(&wide(Initializer::new(1)), two_tables)?.is_empty());
    assert!(warnings(&wide(Initializer::new(1)), two_names)?.is_empty());
    // T5's, whose logits are divided by the root of the width.
    let own = Recipe::parse("family = \"own\"\nrules = [[\"*\", \"normal(std=1)\"]]", "{}")?;
    assert!(warnings(&Initializer::new(1).recipe(own), one_name)?.is_empty());
    Ok(())
}
