//! Where a recipe stands among rules, defaults and hints, and that it goes by file.

use std::error::Error;

use candle_core::DType;
use candle_init::{Error as InitError, Framework, Initializer, Plan, Reason, Recipe, init};
use candle_nn::{VarBuilder, linear, linear_no_bias, rms_norm};

type Outcome = Result<(), Box<dyn Error>>;

const OWN: &str = r#"
family = "own"
rules = [["*norm.weight", "const(0.5)"], ["*fc.*", "normal(std=0.1)"], ["*nowhere", "ones"], ["*head.*", "defaults(pytorch)"]]
"#;

fn own() -> candle_init::Result<Recipe> {
    Recipe::parse(OWN, "{}")
}

fn model(vb: &VarBuilder<'static>) -> candle_core::Result<()> {
    linear(8, 4, vb.pp("a.fc"))?;
    rms_norm(4, 1e-6, vb.pp("a.norm"))?;
    linear_no_bias(4, 4, vb.pp("b.other"))?;
    linear(4, 2, vb.pp("b.head")).map(|_| ())
}

fn plan(init: &Initializer) -> candle_init::Result<Plan> {
    init.plan(DType::F32, |vb| model(&vb))
}

/// Name, reason and rule of each parameter.
fn lines(plan: &Plan) -> Vec<String> {
    let rule =
        |record: &candle_init::Record| record.rule.as_ref().map(ToString::to_string).unwrap_or_default();
    plan.records()
        .iter()
        .map(|record| format!("{} | {} | {}", record.name, record.reason, rule(record)))
        .collect()
}

#[test]
fn one_s_own_rules_come_first_and_defaults_last() -> Outcome {
    let init = Initializer::new(1).weights(init::ORTHOGONAL).recipe(own()?).rule("a.fc.bias", init::ZEROS);
    let due = [
        "a.fc.weight | own: *fc.* | normal(mean=0, std=0.1)",
        "a.fc.bias | a.fc.bias | zeros",
        "a.norm.weight | own: *norm.weight | const(value=0.5)",
        "b.other.weight | weights | orthogonal",
        "b.head.weight | own: *head.* | pytorch_uniform.on(linear)",
        "b.head.bias | own: *head.* | uniform(lo=-0.5, up=0.5)",
    ];
    assert_eq!(lines(&plan(&init)?), due);
    Ok(())
}

#[test]
fn the_framework_comes_after_the_recipe() -> Outcome {
    let plan = plan(&Initializer::new(1).defaults(Framework::Keras).recipe(own()?))?;
    let reasons: Vec<_> = plan.records().iter().map(|record| &record.reason).collect();
    assert!(matches!(reasons[0], Reason::Recipe { family, .. } if family == "own"));
    assert_eq!(*reasons[3], Reason::Framework(Framework::Keras));
    Ok(())
}

#[test]
fn rules_of_a_recipe_may_match_nothing_and_one_s_own_must() -> Outcome {
    plan(&Initializer::new(1).recipe(own()?))?;
    let unused = plan(&Initializer::new(1).recipe(own()?).rule("*nowhere", init::ONES));
    assert!(matches!(unused, Err(InitError::UnusedRule { pattern, .. }) if pattern == "*nowhere"));
    Ok(())
}

#[test]
fn a_recipe_holds_below_its_path() -> Outcome {
    let below = plan(&Initializer::new(1).recipe(own()?.at("a")))?;
    let by_recipe = below.records().iter().filter(|record| matches!(record.reason, Reason::Recipe { .. }));
    let names: Vec<_> = by_recipe.map(|record| record.name.as_str()).collect();
    assert_eq!(names, ["a.fc.weight", "a.fc.bias", "a.norm.weight"]);
    let refused = plan(&Initializer::new(1).recipe(own()?.at("a{")));
    assert!(matches!(refused, Err(InitError::Text { .. })), "{refused:?}");
    Ok(())
}

/// A tie is of two whole names, so below a path with wildcards it could never hold: refused, and not forgotten.
#[test]
fn ties_need_a_whole_path() -> Outcome {
    let recipe = || Recipe::configured("gpt2", r#"{"n_layer": 2, "tie_word_embeddings": true}"#);
    for path in ["*lm", "l?", "{a,b}", "[l]m"] {
        let refused = plan(&Initializer::new(1).recipe(recipe()?.at(path)));
        let message = refused.err().ok_or("a tie that can do nothing is taken")?.to_string();
        assert!(message.contains(path) && message.contains("ties `lm_head.weight`"), "{message}");
    }
    plan(&Initializer::new(1).recipe(recipe()?.at("lm")))?;
    plan(&Initializer::new(1).recipe(own()?.at("*lm")))?; // no ties
    Recipe::named("chinese_clip")?; // its text tower is a BERT, and has no head
    Ok(())
}

/// A net of zeros is no start; transformers itself reads 0 in two ways.
#[test]
fn a_range_of_zero_is_refused() -> Outcome {
    for key in ["initializer_range", "text_config.initializer_range"] {
        let (family, config) = match key.split_once('.') {
            None => ("bert", r#"{"initializer_range": 0}"#),
            Some(_) => ("blip", r#"{"text_config": {"initializer_range": 0.0}}"#),
        };
        let error = Recipe::configured(family, config).err().ok_or("0 is taken")?;
        assert!(matches!(error, InitError::Config { .. }), "{error}");
        assert!(error.to_string().contains(&format!("has 0 at `{key}`")), "{error}");
    }
    Ok(())
}

#[test]
fn a_recipe_goes_by_file() -> Outcome {
    let code = Initializer::new(9).recipe(own()?).rule("b.head.bias", init::ZEROS);
    let file: Initializer = toml::from_str(&toml::to_string(&code)?)?;
    assert_eq!(lines(&plan(&file)?), lines(&plan(&code)?));
    let json: Initializer = serde_json::from_str(&serde_json::to_string(&code)?)?;
    assert_eq!(lines(&plan(&json)?), lines(&plan(&code)?));
    Ok(())
}

#[test]
fn a_model_without_a_plan_is_asked_to_make_one() -> Outcome {
    let vars = candle_nn::VarMap::new();
    let vb = Initializer::new(1).recipe(own()?).var_builder(&vars, DType::F32, &candle_core::Device::Cpu);
    let error = linear(4, 2, vb.pp("head")).err().ok_or("built")?;
    assert!(error.to_string().contains("Initializer::build"), "{error}");
    Ok(())
}
