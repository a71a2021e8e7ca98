//! A plan is what the build will make, and takes no memory; a report is what was made, with its measure.

use std::error::Error;

use acceptance::catalogue::{CATALOGUE, model};
use acceptance::values::{snapshot, values};
use candle_core::{DType, Device, Tensor, Var};
use candle_init::{
    Init, Initializer, Moments, Plan, Reason, Record, Report, Rule, init, named_vars, trainable_vars,
};
use candle_nn::{VarBuilder, VarMap};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

/// Everything of every record of a plan, in name order.
fn planned(plan: &Plan) -> Vec<String> {
    let mut records: Vec<_> = plan.records().iter().collect();
    records.sort_by(|a, b| a.name.cmp(&b.name));
    records.into_iter().map(promised).collect()
}

/// Everything of a record but what is measured.
fn promised(record: &Record) -> String {
    let mut record = record.clone();
    (record.measured, record.orthogonality_error) = (None, None);
    format!("{record:?}")
}

/// Everything of every record of a report.
fn made_of(report: &Report) -> Vec<String> {
    report.records().iter().map(promised).collect()
}

fn initializers() -> [Initializer; 3] {
    let custom = Rule::custom("ramp", |shape, _| Ok((0..shape.elem_count()).map(|i| i as f32).collect()));
    [
        Initializer::new(1),
        Initializer::new(2).weights(init::GLOROT_TRUNCATED_NORMAL),
        Initializer::new(3)
            .rule("1?.weight", custom)
            .rule("*.bias*", Init::Const(0.1))
            .weights(init::HE_UNIFORM),
    ]
}

/// Names, shapes, dtypes, initializers, reasons, fans and targets: all of every record.
#[test]
fn a_plan_is_what_the_build_makes() -> Outcome {
    for (init, dtype) in initializers().iter().flat_map(|i| [DType::F32, DType::BF16].map(|d| (i, d))) {
        let plan = init.plan(dtype, model)?;
        let vars = VarMap::new();
        model(init.var_builder(&vars, dtype, &CPU))?;
        let report = init.report(&vars)?;
        assert_eq!(planned(&plan), made_of(&report));
        for (record, (name, var)) in report.records().iter().zip(named_vars(&vars)) {
            let made = (&name, var.shape(), var.dtype());
            assert_eq!((&record.name, &record.shape, record.dtype), made);
        }
        let elements: usize = named_vars(&vars).iter().map(|(_, var)| var.elem_count()).sum();
        assert_eq!(
            (plan.elements(), plan.bytes()),
            (elements as u128, (elements * dtype.size_in_bytes()) as u128)
        );
    }
    Ok(())
}

/// The order of a plan is that of the requests.
#[test]
fn a_plan_keeps_the_order_of_requests() -> Outcome {
    let plan = Initializer::new(1).plan(DType::F32, model)?;
    let due =
        CATALOGUE.iter().enumerate().flat_map(|(i, e)| e.due.iter().map(move |d| format!("{i}.{}", d.0)));
    assert_eq!(plan.records().iter().map(|r| r.name.clone()).collect::<Vec<_>>(), due.collect::<Vec<_>>());
    Ok(())
}

/// Measured numbers are those of the values, by a second computation.
#[test]
fn a_report_measures_what_is_there() -> Outcome {
    for dtype in acceptance::strategies::DTYPES {
        let (init, vars) = (Initializer::new(8), VarMap::new());
        model(init.var_builder(&vars, dtype, &CPU))?;
        for (record, (name, var)) in init.report(&vars)?.records().iter().zip(named_vars(&vars)) {
            let values = values(&var)?;
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
            let measured = record.measured.ok_or("not measured")?;
            assert!(
                (measured.mean - mean).abs() < 1e-12 && (measured.std - std).abs() < 1e-12,
                "{name} {dtype:?}"
            );
        }
    }
    Ok(())
}

/// A large mean costs the measured deviation no digits, and a change after the build is seen.
#[test]
fn a_report_measures_what_is_there_now() -> Outcome {
    let (init, mut vars) = (Initializer::new(8), VarMap::new());
    let vb = init.var_builder(&vars, DType::F64, &CPU);
    vb.get_with_hints(1000, "w", candle_nn::Init::Randn { mean: 1e9, stdev: 1.0 })?;
    let report = init.report(&vars)?;
    let measured = report.records()[0].measured.ok_or("not measured")?;
    assert!((measured.std - 1.0).abs() < 0.2 && (measured.mean - 1e9).abs() < 0.3, "{measured:?}");
    vars.set_one("w", Tensor::full(0.25, 1000, &CPU)?)?;
    let report = init.report(&vars)?;
    let record = &report.records()[0];
    let measured = Some(Moments { mean: 0.25, std: 0.0 });
    assert_eq!((record.measured, &record.reason), (measured, &Reason::Hint));
    Ok(())
}

#[test]
fn tables_show_every_parameter() -> Outcome {
    let init = Initializer::new(1).weights(init::GLOROT_UNIFORM);
    let vars = VarMap::new();
    let build = |vb: VarBuilder<'static>| candle_nn::linear(784, 256, vb.pp("fc1")).map(|_| ());
    build(init.var_builder(&vars, DType::F32, &CPU))?;
    let (plan, report) = (init.plan(DType::F32, build)?.to_string(), init.report(&vars)?.to_string());
    for part in [
        "fc1.weight",
        "(256, 784)",
        "weights",
        "glorot_uniform",
        "784 → 256",
        "0.04385",
        "2 parameters, 200 960 values, 785.0 KiB",
    ] {
        assert!(plan.contains(part), "{part} is not in\n{plan}");
    }
    for part in ["fc1.bias", "layer's hint", "lo=-0.03571", "0.02062", "measured std"] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
    // Names of any length leave the table as wide as a terminal, and lose no character.
    let name = "model.language_model.layers.17.self_attention.query_key_value_projection.weight";
    let long = init.plan(DType::F32, |vb| {
        vb.get_with_hints((4096, 4096), name, candle_nn::init::DEFAULT_KAIMING_NORMAL)
    })?;
    let long = long.to_string();
    assert!(long.lines().all(|line| line.chars().count() <= 100), "{long}");
    let first =
        |line: &str| line.split(['│', '┆']).nth(1).map_or_else(String::new, |cell| cell.trim().into());
    assert!(long.lines().map(first).collect::<String>().contains(name), "{long}");
    Ok(())
}

/// A trillion values are planned at once: more than this machine could hold.
#[test]
fn a_plan_takes_no_memory() -> Outcome {
    let init = Initializer::new(1).weights(init::HE_NORMAL);
    let huge = |vb: VarBuilder<'static>| {
        let layer = candle_nn::linear(1_000_000, 1_000_000, vb.pp("fc"))?;
        let conv = candle_nn::conv2d(1 << 16, 1 << 16, 11, Default::default(), vb.pp("conv"))?;
        assert_eq!(
            (layer.weight().dims(), conv.weight().dims()),
            (&[1_000_000; 2][..], &[1 << 16, 1 << 16, 11, 11][..])
        );
        // Constructors may look at what they got: views cost nothing either.
        layer.weight().t()?.narrow(0, 5, 7)?.unsqueeze(0)
    };
    let plan = init.plan(DType::F64, huge)?;
    assert_eq!(plan.elements(), 1_000_001_000_000 + (1_u128 << 32) * 121 + (1 << 16));
    assert_eq!(plan.bytes(), 8 * plan.elements());
    Ok(())
}

/// What was there before is kept, used and listed as not made here, whoever put it there.
#[test]
fn variables_that_exist_are_kept() -> Outcome {
    let (init, vars) = (Initializer::new(1), VarMap::new());
    let mine = Var::from_tensor(&Tensor::arange(0_f32, 12.0, &CPU)?.reshape((3, 4))?)?;
    vars.data().lock().map_err(|_| "poisoned")?.insert("fc.weight".into(), mine.clone());
    VarBuilder::from_varmap(&vars, DType::F32, &CPU).pp("other").get(2, "w")?;
    let before = snapshot(&vars)?;
    let layer = candle_nn::linear(4, 3, init.var_builder(&vars, DType::F32, &CPU).pp("fc"))?;
    assert_eq!(layer.weight().id(), mine.id());
    let after = snapshot(&vars)?;
    assert!(before.iter().all(|(name, kept)| after.get(name) == Some(kept)) && after.len() == 3);
    let report = init.report(&vars)?;
    let whys: Vec<_> = report.records().iter().map(|r| (r.name.as_str(), &r.reason)).collect();
    assert_eq!(
        whys,
        [("fc.bias", &Reason::Hint), ("fc.weight", &Reason::Foreign), ("other.w", &Reason::Foreign)]
    );
    assert!(report.to_string().contains("2 of 3 parameters not made by this initializer"), "{report}");
    Ok(())
}

/// A checkpoint loaded into the map stays, and saving it gives back the same values.
#[test]
fn a_saved_model_is_loaded_as_candle_does() -> Outcome {
    let file = std::env::temp_dir().join(format!("candle-init-{}.safetensors", std::process::id()));
    let (init, vars, mut again) = (Initializer::new(1), VarMap::new(), VarMap::new());
    model(init.var_builder(&vars, DType::F32, &CPU))?;
    vars.save(&file)?;
    model(Initializer::new(2).var_builder(&again, DType::F32, &CPU))?;
    assert_ne!(acceptance::values::all_bits(&again)?, acceptance::values::all_bits(&vars)?);
    let loaded = again.load(&file);
    std::fs::remove_file(&file)?;
    loaded?;
    assert_eq!(acceptance::values::all_bits(&again)?, acceptance::values::all_bits(&vars)?);
    Ok(())
}

#[test]
fn variables_come_in_name_order_and_statistics_do_not_train() -> Outcome {
    let vars = VarMap::new();
    model(Initializer::new(1).var_builder(&vars, DType::F32, &CPU))?;
    let names: Vec<_> = named_vars(&vars).into_iter().map(|(name, _)| name).collect();
    assert!(names.is_sorted() && names.len() == vars.all_vars().len());
    let statistic = |name: &&String| name.contains("running");
    assert_eq!(names.iter().filter(statistic).count(), 4);
    let trained: Vec<_> = trainable_vars(&vars).iter().map(|var| var.id()).collect();
    let expected =
        named_vars(&vars).into_iter().filter(|(name, _)| !statistic(&name)).map(|(_, var)| var.id());
    assert_eq!(trained, expected.collect::<Vec<_>>());
    Ok(())
}

proptest! {
    /// Any requests with any of candle's hints: a plan in lenient mode has a record of each that the build makes.
    #[test]
    fn plans_and_builds_agree_on_anything(
        requests in proptest::collection::vec(request(), 1..12), weights: bool,
    ) {
        let init = Initializer::new(4).lenient();
        let init = if weights { init.weights(init::LECUN_UNIFORM) } else { init };
        let build = |vb: VarBuilder<'static>| {
            let ask = |(i, (name, dims, hint)): (usize, &Request)| {
                vb.pp(i).get_with_hints(&dims[..], name, *hint).map(|_| ())
            };
            requests.iter().enumerate().try_for_each(ask)
        };
        let vars = VarMap::new();
        let made = build(init.var_builder(&vars, DType::F32, &CPU));
        match init.plan(DType::F32, build) {
            Ok(plan) => {
                made?;
                let report = init.report(&vars)?;
                prop_assert_eq!(planned(&plan), made_of(&report));
            }
            Err(error) => prop_assert_eq!(Some(error.to_string()), made.err().map(|e| e.to_string())),
        }
    }
}

/// A name, dimensions and a hint.
type Request = (String, Vec<usize>, candle_nn::Init);

fn request() -> impl Strategy<Value = Request> {
    let hint = proptest::sample::select(vec![
        candle_nn::init::ZERO,
        candle_nn::init::ONE,
        candle_nn::init::DEFAULT_KAIMING_NORMAL,
        candle_nn::init::DEFAULT_KAIMING_UNIFORM,
        candle_nn::Init::Uniform { lo: -0.5, up: 0.5 },
        candle_nn::Init::Randn { mean: 0.0, stdev: 1.0 },
        candle_nn::Init::Randn { mean: 0.0, stdev: -1.0 },
    ]);
    let name =
        proptest::sample::select(vec!["weight", "bias", "running_mean", "A_log"]).prop_map(String::from);
    (name, proptest::collection::vec(0..5_usize, 0..4), hint)
}

/// A plan and a report are kept as JSON: all that they say, and the same parameters.
#[test]
fn plans_and_reports_are_kept_as_json() -> Outcome {
    let (init, vars) = (Initializer::new(1).frozen("*running*"), VarMap::new());
    model(init.var_builder(&vars, DType::F32, &CPU))?;
    let plan = serde_json::to_value(init.plan(DType::F32, model)?)?;
    let report = serde_json::to_value(init.report(&vars)?)?;
    let by_name = |account: &serde_json::Value| -> std::collections::BTreeMap<String, serde_json::Value> {
        let all = account["parameters"].as_array().cloned().unwrap_or_default();
        all.into_iter().map(|p| (p["name"].as_str().unwrap_or_default().to_string(), p)).collect()
    };
    let (planned, made) = (by_name(&plan), by_name(&report));
    assert!(planned.len() == vars.all_vars().len() && planned.keys().eq(made.keys()));
    for (name, parameter) in &planned {
        for key in ["shape", "dtype", "reason", "rule", "layer", "fans", "expected", "frozen"] {
            assert_eq!(parameter[key], made[name][key], "{name} {key}");
        }
        assert!(parameter["measured"].is_null() && made[name]["measured"]["std"].is_number(), "{name}");
        assert_eq!(parameter["frozen"], name.contains("running"), "{name}");
    }
    Ok(())
}
