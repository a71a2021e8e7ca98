//! Tests about whole models: transformers 5.23, mup 1.0, AllenNLP, mmengine, dks.

use std::collections::BTreeMap;

use acceptance::drawn::{drawn, refusal, singles, unorthogonality};
use acceptance::values::{self, all_bits};
use candle_core::{DType, Tensor, Var};
use candle_init::{Activation, Error, Framework, Init, Initializer, Layer, Reason, Rule, init};
use candle_nn::{VarBuilder, VarMap};
use reference::Distribution;

use super::{CPU, Outcome, follows};

fn net(vb: &VarBuilder) -> candle_core::Result<()> {
    candle_nn::embedding(11, 8, vb.pp("embed"))?;
    candle_nn::linear(8, 16, vb.pp("layers.0.fc"))?;
    candle_nn::layer_norm(16, 1e-5, vb.pp("layers.0.norm"))?;
    candle_nn::linear(16, 8, vb.pp("layers.1.fc"))?;
    Ok(())
}

/// transformers, test_can_init_all_missing_weights: a model whose checkpoint lacks parameters gets for these what a new
/// model of the same seed has, exactly. What was loaded stays as it is. Here it holds for each subset of one.
#[test]
fn missing_keys_get_what_a_new_model_has() -> Outcome {
    let init = Initializer::new(3).defaults(Framework::PyTorch);
    let whole = VarMap::new();
    init.build(&whole, DType::F32, &CPU, |vb| net(&vb))?;
    let whole = all_bits(&whole)?;
    for (loaded, bits) in &whole {
        let vars = VarMap::new();
        let shape = shapes()?.remove(loaded).ok_or("no shape")?;
        let mine = Var::from_tensor(&Tensor::full(7_f32, shape, &CPU)?)?;
        vars.data().lock().map_err(|e| e.to_string())?.insert(loaded.clone(), mine);
        init.build(&vars, DType::F32, &CPU, |vb| net(&vb))?;
        let mut expected = whole.clone();
        expected.insert(loaded.clone(), vec![7_f64.to_bits(); bits.len()]);
        assert_eq!(all_bits(&vars)?, expected, "{loaded}");
    }
    Ok(())
}

fn shapes() -> Result<BTreeMap<String, Vec<usize>>, Box<dyn std::error::Error>> {
    let plan = Initializer::new(0).plan(DType::F32, |vb| net(&vb))?;
    Ok(plan.records().iter().map(|r| (r.name.clone(), r.shape.dims().to_vec())).collect())
}

/// mup, `mup/test/__main__.py`: at the base width every initializer is the plain one, to the bit; at another width a
/// matrix of a fixed distribution differs, and a layer with one grown side has the base's standard deviation.
#[test]
fn mup_at_base_width_and_beyond() -> Outcome {
    let initializers = ["he_uniform", "he_normal", "glorot_uniform", "glorot_normal", "normal(std=0.02)"];
    let more = ["uniform(lo=-0.1, up=0.1)", "truncated_normal(std=0.02)"];
    for text in initializers.into_iter().chain(more) {
        let initializer: Init = text.parse()?;
        assert!(singles(&[64, 32], initializer.mup((64, 32)))? == singles(&[64, 32], initializer)?, "{text}");
        let std = |rule: Rule, dims: &[usize]| -> Result<f64, Box<dyn std::error::Error>> {
            let plan = Initializer::new(1).rule("w", rule).plan(DType::F32, |vb| vb.get(dims, "w"))?;
            Ok(plan.records()[0].expected.map(|m| m.std).ok_or("no std")?)
        };
        let base = std(initializer.into(), &[64, 32])?;
        let hidden = std(initializer.mup((64, 32)), &[256, 128])?;
        assert!((hidden / base - 0.5).abs() < 1e-12, "{text}: {hidden} {base}");
        assert!((std(initializer.mup((64, 32)), &[256, 32])? / base - 1.0).abs() < 1e-12, "{text}");
        // An initializer over fans has µP's width for hidden matrices by itself; one of a fixed width has not.
        let plain = std(initializer.into(), &[256, 128])?;
        assert!((plain / hidden - if initializer.needs_fans() { 1.0 } else { 2.0 }).abs() < 1e-12, "{text}");
    }
    Ok(())
}

/// Mean size of the hidden layer of a net of this width, from `std` 0.02 at the base width of 128.
fn coordinates(width: usize, seed: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let initializer = Init::Randn { mean: 0.0, stdev: 0.09 };
    let make = Initializer::new(seed);
    let first = make.tensor("in", (width, 64), initializer.mup((128, 64)), DType::F32, &CPU)?;
    let hidden = make.tensor("hidden", (width, width), initializer.mup((128, 128)), DType::F32, &CPU)?;
    let unit = Init::Randn { mean: 0.0, stdev: 1.0 };
    let x = make.tensor("x", (64, 512), unit, DType::F32, &CPU)?;
    let out = hidden.matmul(&first.matmul(&x)?.relu()?)?;
    Ok(f64::from(out.abs()?.mean_all()?.to_scalar::<f32>()?))
}

/// mup, CoordCheck: between widths of 128 and 512 the size of a coordinate stays within 1.2, over the start alone; the
/// steps of training are an optimizer's. With 16 seeds, within 1.05.
#[test]
fn mup_coordinates_keep_their_size() -> Outcome {
    let mean = |width: usize| (0..16).map(|seed| coordinates(width, seed)).sum::<Result<f64, _>>();
    let ratio = mean(512)? / mean(128)?;
    assert!((1.0 / 1.05..1.05).contains(&ratio), "{ratio}");
    Ok(())
}

/// AllenNLP, `initializers_test.py`: patterns match paths, the first match wins, and one that matches nothing is
/// reported: an error here, a warning there.
#[test]
fn allennlp_patterns() -> Outcome {
    let init = Initializer::new(1)
        .rule("layers.0.*.weight", Init::Const(2.0))
        .rule("*.weight", Init::Const(3.0))
        .rule("*.bias", Init::Const(4.0));
    let plan = init.plan(DType::F32, |vb| net(&vb))?;
    for record in plan.records() {
        let due = match record.name.as_str() {
            "layers.0.fc.weight" | "layers.0.norm.weight" => 2.0,
            name if name.ends_with("bias") => 4.0,
            _ => 3.0,
        };
        assert_eq!(record.expected.map(|m| m.mean), Some(due), "{}", record.name);
    }
    let unused = init.rule("lstm.*", init::ZEROS).plan(DType::F32, |vb| net(&vb)).err();
    assert!(matches!(unused, Some(Error::UnusedRule { .. })), "{unused:?}");
    Ok(())
}

/// AllenNLP, `prevent_regex`: a parameter that no rule shall touch. Here it is the one that is loaded before, or one
/// whose rule comes first.
#[test]
fn allennlp_prevented() -> Outcome {
    let vars = VarMap::new();
    let mine = Var::from_tensor(&Tensor::full(5_f32, (11, 8), &CPU)?)?;
    vars.data().lock().map_err(|e| e.to_string())?.insert("embed.weight".into(), mine);
    let init = Initializer::new(1).rule("*", init::ONES).lenient();
    net(&init.var_builder(&vars, DType::F32, &CPU))?;
    for (name, var) in candle_init::named_vars(&vars) {
        let due = if name == "embed.weight" { 5.0 } else { 1.0 };
        assert!(values::values(&var)?.iter().all(|v| *v == due), "{name}");
    }
    Ok(())
}

/// AllenNLP, `block_orthogonal`: each block is orthogonal, to six decimals there and 1e-14 here; sizes that do not
/// divide are an error.
#[test]
fn allennlp_block_orthogonal() -> Outcome {
    let got = drawn("w", &[20, 5], init::ORTHOGONAL.times(2.0).on(Layer::LSTM), DType::F64)?;
    for block in got.chunks(25) {
        assert!(unorthogonality(block, 5, 5, 2.0) < 4e-14);
    }
    assert!(refusal(&[19, 5], "orthogonal.on(lstm)").contains("the gates must divide"));
    Ok(())
}

/// AllenNLP, `uniform_unit_scaling`: bounds √(3/fan_in), times the gain of the nonlinearity; here the whole form.
#[test]
fn allennlp_unit_scaling() -> Outcome {
    for (rule, gain) in
        [(Rule::from(init::LECUN_UNIFORM), 1.0), (init::LECUN_UNIFORM.gain(Activation::Relu), 2_f64.sqrt())]
    {
        let bound = gain * (3.0_f64 / 1024.0).sqrt();
        follows(rule, &[4096, 1024], Distribution::Uniform(-bound, bound))?;
    }
    Ok(())
}

/// mmengine, `test_base_module.py`: an override by name precedes the initializer by layer, and a dump tells what each parameter
/// got. There a change is seen by the mean alone; here it is recorded.
#[test]
fn mmengine_precedence_and_dump() -> Outcome {
    let init = Initializer::new(1).weights(init::HE_NORMAL).rule("layers.1.fc.weight", Init::Const(0.5));
    let vars = VarMap::new();
    net(&init.var_builder(&vars, DType::F32, &CPU))?;
    let report = init.report(&vars)?;
    let why = |name: &str| {
        let record = report.records().iter().find(|record| record.name == name);
        record.and_then(|record| Some((record.reason.clone(), record.rule.as_ref()?.to_string())))
    };
    let pattern = "layers.1.fc.weight".to_string();
    assert_eq!(why("layers.1.fc.weight"), Some((Reason::Rule { pattern }, "const(value=0.5)".into())));
    assert_eq!(why("layers.0.fc.weight"), Some((Reason::Weights, "he_normal".into())));
    assert_eq!(report.records().len(), 7);
    assert!(report.to_string().contains("layer's hint"));
    Ok(())
}

/// dks, `parameter_sampling_functions`: an orthogonal matrix times max(√(out/in), 1) changes norms by √(out/in), exactly
/// into more outputs and on average into fewer; off the centre of a kernel there are zeros. dks allows 0.1.
#[test]
fn dks_norm_ratio() -> Outcome {
    for (out, ins) in [(96, 32), (32, 32), (32, 96)] {
        let ratio = (out as f64 / ins as f64).sqrt();
        let weight = drawn("w", &[out, ins], init::ORTHOGONAL.times(ratio.max(1.0)), DType::F64)?;
        let x = drawn("x", &[ins, 4096], Init::Randn { mean: 0.0, stdev: 1.0 }, DType::F64)?;
        let x = Tensor::from_vec(x, (ins, 4096), &CPU)?;
        let y = Tensor::from_vec(weight, (out, ins), &CPU)?.matmul(&x)?;
        let norm = |t: &Tensor| t.sqr()?.sum_all()?.to_scalar::<f64>().map(f64::sqrt);
        let got = norm(&y)? / norm(&x)?;
        let tolerance = if out >= ins { 1e-12 } else { 0.01 };
        assert!((got / ratio - 1.0).abs() < tolerance, "{out} of {ins}: {got} for {ratio}");
    }
    let kernel = singles(&[8, 4, 3, 3], init::DELTA_ORTHOGONAL)?;
    assert!(kernel.iter().enumerate().all(|(i, v)| i % 9 == 4 || *v == 0.0));
    Ok(())
}
