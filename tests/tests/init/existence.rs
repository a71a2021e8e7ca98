//! Questions of a model, what it shall be without, names for one parameter, integers, and what an optimizer gets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use acceptance::values::bits;
use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Error, Initializer, Rule, init};
use candle_nn::{Init as Hint, Module, VarBuilder, VarMap};

const CPU: Device = Device::Cpu;
const SMALL: candle_init::Init = init::normal(0.0, 0.02);

fn builder(init: &Initializer, vars: &VarMap) -> VarBuilder<'static> {
    init.var_builder(vars, DType::F32, &CPU)
}

/// A rule, a shape, a tie or a plan makes a parameter exist; a pattern with a `*` describes and does not.
#[test]
fn what_is_named_exists() {
    let yes = [
        Initializer::new(1).rule("head.weight", SMALL),
        Initializer::new(1).rule("{head,tail}.weight", SMALL),
        Initializer::new(1).shape("head.weight", (4, 4)),
        Initializer::new(1).tie("head.weight", "embed.weight"),
    ];
    let no = [
        Initializer::new(1),
        Initializer::new(1).rule("*.weight", SMALL),
        Initializer::new(1).weights(SMALL),
        Initializer::new(1).rule("head.weight", SMALL).absent("head.*"),
    ];
    for (all, due) in [(&yes, true), (&no, false)] {
        for init in all {
            let vars = VarMap::new();
            assert_eq!(builder(init, &vars).contains_tensor("head.weight"), due, "{init:?}");
            // As a dry run has it.
            let mut dry = None;
            init.plan(DType::F32, |vb| {
                dry = Some(vb.contains_tensor("head.weight"));
                Ok::<_, Error>(())
            })
            .ok();
            assert_eq!(dry, Some(due), "{init:?}");
        }
    }
    let init = Initializer::new(1).rule("*", SMALL);
    let plan = init.plan(DType::F32, |vb| vb.get((4, 4), "head.weight")).unwrap();
    let vars = VarMap::new();
    assert!(builder(&init.clone().with_plan(&plan), &vars).contains_tensor("head.weight"));
    assert!(plan.denied().next().is_none());
}

/// What it shall be without does not exist, as candle's own builders say it, and unused statements are named.
#[test]
fn what_is_absent_is_not_found() {
    let init = Initializer::new(1).absent("*.gamma").rule("*", SMALL);
    let vars = VarMap::new();
    let vb = builder(&init, &vars);
    let error = vb.get(4, "block.gamma").unwrap_err().to_string();
    assert!(error.contains("cannot find tensor block.gamma"), "{error}");
    vb.get(4, "block.beta").unwrap();
    assert!(!vb.contains_tensor("block.gamma") && !vb.contains_tensor("block.alpha"));
    let report = init.report(&vars).unwrap();
    assert_eq!(report.records().len(), 1);
    let note = "asked whether there is `block.alpha`: no; with a rule";
    assert!(report.to_string().contains(note), "{report}");
    let unused = Initializer::new(1).absent("*.gama").rule("*", SMALL);
    let model = |vb: VarBuilder<'static>| vb.get(4, "block.beta").map(|_| vb.get(4, "block.gamma").ok());
    assert!(
        matches!(unused.plan(DType::F32, model), Err(Error::UnusedRule { pattern, .. }) if pattern == "*.gama")
    );
}

/// A refusal that a model swallows is an error of the report until the parameter is there; a clone in another map is another.
#[test]
fn swallowed_refusals_are_told() {
    let init = Initializer::new(1);
    let (vars, others) = (VarMap::new(), VarMap::new());
    assert!(builder(&init, &vars).get((4, 4), "scale").is_err());
    builder(&init, &others).get_with_hints((4, 4), "scale", Hint::Const(1.0)).unwrap();
    let error = init.report(&vars).unwrap_err().to_string();
    assert!(error.starts_with("the model was refused `scale` and went on without"), "{error}");
    assert!(error.contains(".absent(\"scale\")"), "{error}");
    init.report(&others).unwrap();
    init.clone().lenient().report(&vars).unwrap();
    builder(&init, &vars).get_with_hints((4, 4), "scale", Hint::Const(1.0)).unwrap();
    init.report(&vars).unwrap();
    // What candle refuses too, models decide by.
    let none = candle_nn::conv2d_no_bias(4, 4, 0, Default::default(), builder(&init, &vars).pp("none"));
    let candle = candle_nn::conv2d_no_bias(
        4,
        4,
        0,
        Default::default(),
        VarBuilder::from_varmap(&VarMap::new(), DType::F32, &CPU),
    );
    assert!(none.is_err() && candle.is_err());
    init.report(&vars).unwrap();
}

/// A pattern without a `*` names, an escaped one too; an alias exists as what it is an alias of, and nothing else does.
#[test]
fn what_is_said_to_exist_exists() {
    let init = Initializer::new(1)
        .rule(r"a\*b", SMALL)
        .rule("c*d", SMALL)
        .shape("s1", 4)
        .tie("head.weight", "embed.weight");
    let vb = builder(&init, &VarMap::new());
    for (name, exists) in [
        ("a*b", true),
        ("axb", false),
        ("c*d", false),
        ("cxd", false),
        ("head.weight", true),
        ("foot.weight", false),
    ] {
        assert_eq!(vb.contains_tensor(name), exists, "{name}");
    }
}

/// One variable under two names: one in the map, in the report and for an optimizer; another shape is an error.
#[test]
fn tied_names_are_one_parameter() -> Result<()> {
    let init = Initializer::new(1).tie("head.weight", "embed.weight").rule("embed.weight", SMALL);
    for reversed in [false, true] {
        let vars = VarMap::new();
        let vb = builder(&init, &vars);
        let (head, embed) = if reversed {
            let head = candle_nn::linear_no_bias(8, 50, vb.pp("head"))?;
            (head, candle_nn::embedding(50, 8, vb.pp("embed"))?)
        } else {
            let embed = candle_nn::embedding(50, 8, vb.pp("embed"))?;
            (candle_nn::linear_no_bias(8, 50, vb.pp("head"))?, embed)
        };
        assert_eq!(head.weight().id(), embed.embeddings().id());
        assert_eq!(init.trainable(&vars).len(), 1);
        let report = init.report(&vars)?;
        assert_eq!(report.records().iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["embed.weight"]);
        assert!(report.to_string().contains("`head.weight` is another name of `embed.weight`"), "{report}");
        let error = vb.pp("head").get((49, 8), "weight").unwrap_err().to_string();
        assert!(error.contains("one name is one tensor"), "{error}");
    }
    let misspelt = Initializer::new(1).tie("haed.weight", "embed.weight").rule("embed.weight", SMALL);
    let plan = misspelt.plan(DType::F32, |vb| vb.get((4, 4), "embed.weight"));
    assert!(matches!(plan, Err(Error::UnusedRule { pattern, .. }) if pattern == "haed.weight"));
    Ok(())
}

/// Two layers that share a parameter by name, each with a hint of its own: the order must not decide.
#[test]
fn two_hints_for_one_parameter_need_a_rule() -> Result<()> {
    let embedding = |vb: VarBuilder<'static>| candle_nn::embedding(50, 8, vb.pp("wte")).map(drop);
    let linear = |vb: VarBuilder<'static>| candle_nn::linear_no_bias(8, 50, vb.pp("wte")).map(drop);
    let orders: [&dyn Fn(VarBuilder<'static>) -> Result<()>; 2] =
        [&|vb| embedding(vb.clone()).and(linear(vb)), &|vb| linear(vb.clone()).and(embedding(vb))];
    for build in orders {
        let init = Initializer::new(1);
        let error = build(builder(&init, &VarMap::new())).unwrap_err().to_string();
        assert!(
            error.contains("two layers share `wte.weight`") && error.contains("normal(mean=0, std=1)"),
            "{error}"
        );
        assert_eq!(init.plan(DType::F32, build).unwrap_err().to_string(), error);
        // The fans of a table are not those of a layer.
        let by_fan = Initializer::new(1).rule("wte.weight", init::HE_NORMAL);
        let error = build(builder(&by_fan, &VarMap::new())).unwrap_err().to_string();
        assert!(
            error.contains("he_normal.on(embedding)") && error.contains("he_normal.on(linear)"),
            "{error}"
        );
        let vars = VarMap::new();
        let ruled = Initializer::new(1).rule("wte.weight", SMALL);
        build(builder(&ruled, &vars))?;
        ruled.plan(DType::F32, build)?;
        assert_eq!(ruled.report(&vars)?.records().len(), 1);
    }
    Ok(())
}

/// Integers are candle's: no rule touches them, no optimizer gets them.
#[test]
fn buffers_of_integers_are_as_candle_makes_them() -> Result<()> {
    let init = Initializer::new(1).rule("*", SMALL);
    let vars = VarMap::new();
    let vb = builder(&init, &vars);
    let counter = vb.get_with_hints_dtype((), "bn.num_batches_tracked", Hint::Const(0.0), DType::I64)?;
    let ones = vb.get_with_hints_dtype((1, 4), "mask", Hint::Const(1.0), DType::U32)?;
    vb.get((4, 4), "weight")?;
    assert_eq!((counter.to_scalar::<i64>()?, ones.to_vec2::<u32>()?), (0, vec![vec![1; 4]]));
    assert_eq!(init.trainable(&vars).len(), 1);
    assert_eq!(candle_init::trainable_vars(&vars).len(), 1);
    let random = vb.get_with_hints_dtype(4, "ids", Hint::Randn { mean: 0.0, stdev: 1.0 }, DType::U32);
    assert!(random.unwrap_err().to_string().contains("cannot hold weights"));
    Ok(())
}

/// A shape that is stated for a request without one.
#[test]
fn stated_shapes_are_used_where_a_model_has_none() -> Result<()> {
    let init = Initializer::new(1).shape("att.w1", (8, 3)).rule("*", SMALL);
    let model = |vb: VarBuilder<'static>| vb.get_unchecked("att.w1")?.dim(1);
    assert_eq!(init.plan(DType::F32, model)?.records()[0].shape.dims(), [8, 3]);
    let vars = VarMap::new();
    assert_eq!(model(builder(&init, &vars))?, 3);
    let error = model(builder(&Initializer::new(1), &VarMap::new())).unwrap_err().to_string();
    assert!(error.contains(".shape(\"att.w1\", (64, 64))"), "{error}");
    Ok(())
}

/// A scope gives what the model would have under its path, and rules match what the model writes.
#[test]
fn a_scope_is_a_path_that_no_rule_sees() -> Result<()> {
    let init = Initializer::new(1).rule("fc.weight", init::HE_NORMAL);
    let fc = |vb: VarBuilder<'static>| candle_nn::linear(6, 5, vb.pp("fc"));
    let (scoped, nested) = (init.scope("critic1"), Initializer::new(1).rule("*.fc.weight", init::HE_NORMAL));
    let (a, b) = (VarMap::new(), VarMap::new());
    let (first, second) = (fc(builder(&scoped, &a))?, fc(builder(&nested, &b).pp("critic1"))?);
    assert_eq!(bits(first.weight())?, bits(second.weight())?);
    assert_eq!(
        init.scope("a").scope("b").tensor("x", 4, SMALL, DType::F32, &CPU)?.to_vec1::<f32>()?,
        init.tensor("a.b.x", 4, SMALL, DType::F32, &CPU)?.to_vec1::<f32>()?
    );
    scoped.report(&a)?;
    // Two maps, one initializer: a rule for one is not unused in the other.
    let gan = Initializer::new(1).rule("g.weight", SMALL).rule("d.weight", SMALL);
    let (g, d) = (VarMap::new(), VarMap::new());
    builder(&gan, &g).get((4, 4), "g.weight")?;
    builder(&gan, &d).get((4, 4), "d.weight")?;
    gan.report(&g)?;
    gan.report(&d)?;
    Ok(())
}

/// What is frozen is marked and left out.
#[test]
fn frozen_parameters_are_left_out() -> Result<()> {
    let init = Initializer::new(1).frozen("embed.*").rule("embed.weight", SMALL);
    let vars = VarMap::new();
    let model = |vb: VarBuilder<'static>| -> Result<Tensor> {
        let embed = candle_nn::embedding(50, 8, vb.pp("embed"))?;
        candle_nn::linear(8, 3, vb.pp("head"))?.forward(&embed.forward(&Tensor::new(&[1_u32], &CPU)?)?)
    };
    model(builder(&init, &vars))?;
    assert_eq!(init.trainable(&vars).len(), 2);
    let (plan, report) = (init.plan(DType::F32, model)?, init.report(&vars)?);
    for (text, records) in [(plan.to_string(), plan.records()), (report.to_string(), report.records())] {
        assert!(text.contains("frozen"), "{text}");
        let frozen = records.iter().filter(|record| record.frozen).map(|record| record.name.as_str());
        assert_eq!(frozen.collect::<Vec<_>>(), ["embed.weight"]);
    }
    let unused =
        |init: Initializer| init.plan(DType::F32, model).err().map_or_else(String::new, |e| e.to_string());
    assert_eq!(
        unused(Initializer::new(1).frozen("emebd.*")),
        "`.frozen(\"emebd.*\")` matches none of the 3 parameters (the nearest is `embed.weight`): correct or remove it"
    );
    assert_eq!(
        unused(Initializer::new(1).tie("a.weight", "embed.weight")),
        "`.tie(\"a.weight\", …)` names nothing that the model asks for: correct or remove it"
    );
    Ok(())
}

/// All of it comes back from a file.
#[test]
fn statements_are_kept_in_files() {
    let init = Initializer::new(1)
        .rule("a", Rule::from(SMALL))
        .absent("*.gamma")
        .shape("w1", (4, 5))
        .tie("head", "embed")
        .frozen("embed")
        .scope("critic");
    let text = toml::to_string(&init).unwrap();
    let back: Initializer = toml::from_str(&text).unwrap();
    assert_eq!(format!("{back:?}"), format!("{init:?}"), "{text}");
}

/// A recipe's tie ties, and says that there is no head; a rule of one's own that names the head goes before both.
#[test]
fn ones_own_rule_goes_before_a_recipes_tie() -> Result<()> {
    let config = r#"{"model_type": "gpt2", "n_layer": 2, "tie_word_embeddings": true}"#;
    let recipe = || candle_init::Recipe::from_config(config).unwrap();
    let head = |init: &Initializer, vars: &VarMap| -> Result<bool> {
        let vb = builder(init, vars);
        let exists = vb.contains_tensor("lm_head.weight");
        let table = candle_nn::embedding(50, 8, vb.pp("transformer.wte"))?;
        let head = candle_nn::linear_no_bias(8, 50, vb.pp("lm_head"))?;
        assert_eq!(exists, table.embeddings().id() != head.weight().id());
        Ok(exists)
    };
    let (tied, own) = (Initializer::new(1).recipe(recipe()), VarMap::new());
    assert!(!head(&tied, &own)?);
    assert_eq!(tied.report(&own)?.records().len(), 1);
    let (untied, own) =
        (Initializer::new(1).rule("lm_head.weight", init::ZEROS).recipe(recipe()), VarMap::new());
    assert!(head(&untied, &own)?);
    assert_eq!(untied.report(&own)?.records().len(), 2);
    Ok(())
}
