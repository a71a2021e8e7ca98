//! Names, rules and patterns that do not go together are refused before anything is made or changed: patterns
//! that are no globs, rules for nothing, parameters without an initializer, one name asked for in two ways.

use std::cell::Cell;
use std::error::Error;

use acceptance::values::{bits, snapshot};
use candle_core::{DType, Device, Shape};
use candle_init::{Error as InitError, Init, Initializer, init};
use candle_nn::{VarBuilder, VarMap};

type Outcome = Result<(), Box<dyn Error>>;

fn build(vb: &VarBuilder) -> candle_core::Result<()> {
    candle_nn::linear(4, 3, vb.pp("encoder.0"))?;
    candle_nn::linear(3, 2, vb.pp("head"))?;
    Ok(())
}

fn builder(init: &Initializer, vars: &VarMap) -> VarBuilder<'static> {
    init.var_builder(vars, DType::F32, &Device::Cpu)
}

/// Every call that can fail says it, and a model asks in vain.
#[test]
fn patterns_that_are_no_globs() -> Outcome {
    for pattern in ["[", "a[", "{a,b", "[z-a]", "a}"] {
        let init = Initializer::new(1).rule(pattern, init::ONES).rule("*", init::ZEROS);
        let vars = VarMap::new();
        let errors = [
            init.check().err(),
            init.plan(DType::F32, |vb| build(&vb)).err(),
            init.report(&vars).err(),
            build(&builder(&init, &vars)).err().map(InitError::from),
        ];
        for error in errors {
            let error = error.ok_or_else(|| format!("`{pattern}` was taken"))?;
            let text = error.to_string();
            assert!(text.contains(&format!("`{pattern}` is not a pattern: ")), "{text}");
            assert!(text.contains("use `*` for any text, `?` for one character"), "{text}");
        }
        assert!(snapshot(&vars)?.is_empty());
    }
    Ok(())
}

/// Numbers that no parameter could have are found before one is asked for; what one could have is not.
#[test]
fn numbers_that_no_rule_takes() -> Outcome {
    for (text, part) in [
        ("normal(std=-0.02)", "did you mean 0.02?"),
        ("uniform(lo=1, up=0)", "the interval [1, 0] is empty"),
        ("variance_scaling(scale=-2)", "scale is -2: a positive, finite number"),
        ("he_normal.sparse(90)", "sparsity is 90: a fraction in [0, 1]"),
        ("he_normal.times(-1e20)", "factor is -1e20: a finite number"),
        ("blocks(zeros, normal(std=-1))", "did you mean 1?"),
    ] {
        let ruled = Initializer::new(1).rule("*", text).check();
        let weighed = Initializer::new(1).weights(text).check();
        for error in [ruled, weighed].map(|checked| checked.err().map(|error| error.to_string())) {
            let error = error.ok_or_else(|| format!("`{text}` was taken"))?;
            assert!(
                error.starts_with('`') && error.contains("is not a rule: ") && error.contains(part),
                "{error}"
            );
        }
    }
    for text in
        ["orthogonal(axis=7)", "he_normal.times(0)", "normal.zero_row(99)", "stft", "norm_of('weight_v')"]
    {
        Initializer::new(1).weights(text).check()?;
    }
    Ok(())
}

#[test]
fn patterns_that_are_globs() -> Outcome {
    for pattern in
        ["*", "", "encoder.[0-9].*", "{encoder,head}*", "*.weight", "head.?????", r"a\*b", "модель.*"]
    {
        Initializer::new(1).rule(pattern, init::ONES).check()?;
    }
    Ok(())
}

fn planned(init: &Initializer) -> Result<InitError, Box<dyn Error>> {
    planned_of(init, |vb| build(&vb))
}

fn planned_of<T>(
    init: &Initializer,
    build: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<T>,
) -> Result<InitError, Box<dyn Error>> {
    Ok(init.plan(DType::F32, build).err().ok_or("the plan was made")?)
}

fn reported(init: &Initializer) -> Result<InitError, Box<dyn Error>> {
    let vars = VarMap::new();
    build(&builder(init, &vars))?;
    let before = snapshot(&vars)?;
    let error = init.report(&vars).err().ok_or("the report was made")?;
    assert_eq!(snapshot(&vars)?, before);
    Ok(error)
}

#[test]
fn rules_that_match_nothing_name_the_nearest() -> Outcome {
    let init = Initializer::new(1).rule("*", init::ONES).rule("haed.weight", init::HE_NORMAL);
    for error in [planned(&init)?, reported(&init)?] {
        assert_eq!(
            error.to_string(),
            "rule `haed.weight` matches none of the 4 parameters (the nearest is `head.weight`): correct or remove it"
        );
        assert!(matches!(error, InitError::UnusedRule { parameters: 4, .. }));
    }
    let far = Initializer::new(1).rule("decoder.blocks.17.attention.*", init::ONES);
    assert!(matches!(planned(&far)?, InitError::UnusedRule { nearest: None, .. }));
    far.clone().lenient().plan(DType::F32, |vb| build(&vb))?;
    Ok(())
}

#[test]
fn rules_behind_wider_ones_never_apply() -> Outcome {
    let init = Initializer::new(1).rule("*.weight", init::HE_NORMAL).rule("head.weight", init::ZEROS);
    for error in [planned(&init)?, reported(&init)?] {
        assert_eq!(
            error.to_string(),
            "rule `head.weight` never applies: `*.weight` comes first and matches all that it matches; put \
             the narrower rule first"
        );
    }
    // Taken by two earlier rules together.
    let both = Initializer::new(1).rule("enc*", init::ONES).rule("h*", init::ONES).rule("*", init::ZEROS);
    assert!(matches!(planned(&both)?, InitError::ShadowedRule { pattern, .. } if pattern == "*"));
    let right = Initializer::new(1).rule("head.weight", init::ZEROS).rule("*.weight", init::HE_NORMAL);
    right.plan(DType::F32, |vb| build(&vb))?;
    Ok(())
}

fn unhinted(vb: &VarBuilder) -> candle_core::Result<()> {
    for i in 0..3 {
        vb.get(8, &format!("layers.{i}.norm.weight"))?;
        vb.get((8, 8), &format!("layers.{i}.A_log"))?;
    }
    Ok(())
}

/// A plan lists them all at once; a build stops at the first. Both say the rules to add.
#[test]
fn uncovered_parameters_are_listed_with_their_rules() -> Outcome {
    let init = Initializer::new(1);
    let error = init.plan(DType::F32, |vb| unhinted(&vb)).err().ok_or("covered")?;
    let text = error.to_string();
    assert!(matches!(&error, InitError::Uncovered { parameters } if parameters.len() == 6), "{text}");
    assert!(
        text.starts_with("no rule and no hint covers `layers.0.norm.weight` [8], `layers.0.A_log` [8, 8]")
    );
    assert!(text.contains(
        r#"Add .rule("layers.*.norm.weight", init::ONES).rule("layers.*.A_log", init::mamba_a_log())"#
    ));
    assert!(text.ends_with("or call .lenient() to accept zeros"), "{text}");
    let vars = VarMap::new();
    let error = unhinted(&builder(&init, &vars)).err().ok_or("covered")?;
    assert!(
        error.to_string().starts_with("no rule and no hint covers `layers.0.norm.weight` [8]: candle would")
    );
    assert!(snapshot(&vars)?.is_empty());
    let proposed = init.rule("layers.*.A_log", init::HE_NORMAL).rule("layers.*.norm.weight", init::ONES);
    assert_eq!(proposed.plan(DType::F32, |vb| unhinted(&vb))?.records().len(), 6);
    Ok(())
}

/// Many at once are counted, not all printed.
#[test]
fn a_long_list_is_cut_in_the_message_only() -> Outcome {
    let many = |vb: VarBuilder<'static>| (0..50).try_for_each(|i| vb.get(3, &format!("p{i}")).map(|_| ()));
    let error = Initializer::new(1).plan(DType::F32, many).err().ok_or("covered")?;
    assert!(matches!(&error, InitError::Uncovered { parameters } if parameters.len() == 50));
    assert!(error.to_string().contains("`p7` [3], 42 more: "), "{error}");
    Ok(())
}

/// In the map and in a plan: another shape or another dtype under a name that exists.
#[test]
fn one_name_is_one_tensor() -> Outcome {
    let init = Initializer::new(1).rule("w", Init::Const(0.5));
    let vars = VarMap::new();
    let vb = builder(&init, &vars);
    vb.get((4, 4), "w")?;
    let before = snapshot(&vars)?;
    let asked = |dims: [usize; 2], dtype| vb.to_dtype(dtype).get(&dims, "w");
    let shape = asked([2, 8], DType::F32).err().ok_or("another shape")?.to_string();
    assert_eq!(
        shape,
        "parameter `w` [2, 8]: it exists as shape [4, 4] and is asked for as shape [2, 8]: one name is one tensor; ask for the \
         same, or for another name, and convert or move it in the forward pass, where every training step sees it"
    );
    let dtype = asked([4, 4], DType::BF16).err().ok_or("another dtype")?;
    assert!(
        dtype.to_string().starts_with("parameter `w` [4, 4]: it exists as F32 and is asked for as BF16: ")
    );
    assert!(matches!(InitError::of(&dtype), Some(InitError::Parameter { cause, .. })
        if matches!(**cause, InitError::Conflict { .. })));
    assert_eq!(snapshot(&vars)?, before);
    assert_eq!(bits(&asked([4, 4], DType::F32)?)?, vec![0.5_f64.to_bits(); 16]);
    Ok(())
}

#[test]
fn one_name_is_one_tensor_in_a_plan_too() -> Outcome {
    let init = Initializer::new(1).rule("w", Init::Const(0.5));
    let twice = |dims: [usize; 2], dtype| {
        init.plan(DType::F32, |vb| {
            vb.get((4, 4), "w")?;
            vb.to_dtype(dtype).get(&dims, "w")
        })
    };
    let cause = |error: InitError| match error {
        InitError::Parameter { cause, .. } => *cause,
        other => other,
    };
    let error = cause(twice([2, 8], DType::F32).err().ok_or("another shape")?);
    assert!(
        error
            .to_string()
            .starts_with("it exists as F32 of shape [4, 4] and is asked for as F32 of shape [2, 8]")
    );
    let error = cause(twice([4, 4], DType::F64).err().ok_or("another dtype")?);
    assert!(matches!(error, InitError::Conflict { .. }));
    assert_eq!(twice([4, 4], DType::F32)?.records().len(), 1);
    Ok(())
}

/// A constructor that asks for another shape the second time is not what was planned.
#[test]
fn a_model_is_built_as_it_was_planned() -> Outcome {
    let (init, vars, calls) = (Initializer::new(1).rule("w", Init::Const(0.5)), VarMap::new(), Cell::new(0));
    let built = init.build(&vars, DType::F32, &Device::Cpu, |vb| {
        calls.set(calls.get() + 1);
        vb.get((calls.get(), 3), "w")
    });
    let error = built.err().ok_or("another model was built")?.to_string();
    assert!(
        error.contains("it exists as shape [1, 3] in the plan and is asked for as shape [2, 3]"),
        "{error}"
    );
    assert!(snapshot(&vars)?.is_empty());
    Ok(())
}

/// A line that is proposed must not take from others what they have: a hint is taken by a rule, an earlier rule is not.
#[test]
fn proposed_lines_leave_hints_alone() -> Outcome {
    let build = |vb: VarBuilder<'static>| {
        vb.get_with_hints(8, "up.0.weight", candle_nn::Init::Const(2.0))?;
        vb.get(8, "up.1.weight")
    };
    let said =
        |init: Initializer| -> Result<String, Box<dyn Error>> { Ok(planned_of(&init, build)?.to_string()) };
    let hinted = said(Initializer::new(1))?;
    assert!(hinted.contains(".rule(\"up.1.weight\", init::ONES)"), "{hinted}");
    let ruled = said(Initializer::new(1).rule("up.0.*", Init::Const(3.0)))?;
    assert!(ruled.contains(".rule(\"up.*.weight\", init::ONES)"), "{ruled}");
    Ok(())
}

/// Integers that are all the same are candle's, unless a rule names them; what is no integer is an error.
#[test]
fn buffers_are_whole_and_nobody_names_them() -> Outcome {
    let asked = |init: Initializer, value: f64| {
        let vb = init.var_builder(&VarMap::new(), DType::U32, &Device::Cpu);
        vb.get_with_hints(3, "position_ids", candle_nn::Init::Const(value))?.to_vec1::<u32>()
    };
    let init = || Initializer::new(1);
    assert_eq!(asked(init(), 7.0)?, [7, 7, 7]);
    assert_eq!(asked(init().rule("*_ids", "range").lenient(), 7.0)?, [7, 7, 7]);
    let named = asked(init().rule("position_ids", "range"), 7.0).err().ok_or("weights of integers")?;
    assert!(named.to_string().contains("U32 cannot hold weights"), "{named}");
    assert!(asked(init(), 0.5).is_err());
    Ok(())
}

/// The element that a dtype cannot hold is named where it is.
#[test]
fn a_value_too_large_is_named_by_its_index() -> Outcome {
    let init = Initializer::new(1).rule("w", "blocks(zeros, values([1000000]))");
    let error = init.plan(DType::F16, |vb| vb.get((4, 2), "w")).err().ok_or("it was held")?.to_string();
    assert!(error.contains("element 4 is 1000000, which F16 cannot hold"), "{error}");
    Ok(())
}

/// Two closures are two rules, whatever they are called.
#[test]
fn closures_are_equal_to_themselves_alone() {
    let own = || candle_init::Rule::custom("own", |shape, _| Ok(vec![0.0; shape.elem_count()]));
    let one = own();
    assert_eq!(one, one.clone());
    assert_ne!(one, own());
    let blocks = Initializer::new(1).rule("w", candle_init::Rule::blocks([one, own()]));
    let error = blocks.plan(DType::F32, |vb| vb.get((4, 2), "w")).err().map(|error| error.to_string());
    assert!(error.is_some_and(|error| error.contains("let the closure make the whole")));
}

/// Asked for without a shape: what exists is given, the rest is not guessed.
#[test]
fn a_name_without_a_shape_must_exist() -> Outcome {
    let (init, vars) = (Initializer::new(1), VarMap::new());
    let vb = builder(&init, &vars).pp("net");
    let error = vb.get_unchecked("w").err().ok_or("made from nothing")?;
    assert_eq!(
        error.to_string(),
        "`net.w` was asked for without a shape and does not exist yet: ask for it with its shape first, or state the shape, as in `.shape(\"net.w\", (64, 64))`"
    );
    assert!(!vb.contains_tensor("w") && snapshot(&vars)?.is_empty());
    let made = vb.get_with_hints((2, 3), "w", candle_nn::init::ONE)?;
    assert!(vb.contains_tensor("w"));
    assert_eq!(vb.get_unchecked("w")?.id(), made.id());
    assert!(vb.get_unchecked_dtype("w", DType::F16).is_err());
    let planned = init.plan(DType::F32, |vb| vb.get_unchecked("w"));
    assert!(matches!(&planned, Err(InitError::NoShape { parameter }) if parameter == "w"), "{planned:?}");
    Ok(())
}

/// The constructor's own error comes back from a plan as it was.
#[test]
fn a_constructors_own_error_comes_back() -> Outcome {
    let failing =
        |_: VarBuilder<'static>| candle_core::bail!("the model has no heads") as candle_core::Result<()>;
    let error = Initializer::new(1).plan(DType::F32, failing).err().ok_or("planned")?;
    assert!(matches!(&error, InitError::Candle(_)) && error.to_string().contains("the model has no heads"));
    Ok(())
}

/// An error of ours survives the way through candle's error and back.
#[test]
fn errors_are_found_inside_candles() -> Outcome {
    let error = init::HE_NORMAL
        .distribution(&Shape::from(3), candle_init::Layer::Linear)
        .err()
        .ok_or("an initializer")?;
    let (text, candle) = (error.to_string(), candle_core::Error::from(error));
    assert_eq!(candle.to_string(), text);
    let wrapped = candle.context("while building the head");
    assert!(matches!(InitError::of(&wrapped), Some(InitError::Shape { .. })), "{wrapped}");
    assert!(InitError::of(&candle_core::Error::Msg("other".into())).is_none());
    Ok(())
}
