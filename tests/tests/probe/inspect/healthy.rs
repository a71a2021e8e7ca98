//! No false alarm on nets that are as they should be.

use acceptance::planted::{layers, net};
use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, Layer, init};
use candle_init_probe::{Inspect, Inspection};
use candle_nn::{VarBuilder, VarMap};
use rayon::prelude::*;

use super::{Outcome, found, from_file};

const CPU: Device = Device::Cpu;

/// A judgement refuses a right weight once in 10¹² times: 200 seeds with some fifty judgements each, twice,
/// raise a false alarm with a probability of 2e-8.
const SEEDS: u64 = 200;

#[test]
fn two_hundred_seeds_raise_no_alarm() {
    (0..SEEDS).into_par_iter().for_each(|seed| {
        let checked = || -> Outcome {
            let (vars, init) = net(seed)?;
            assert_eq!(found(&Inspection::with_targets(&vars, &init)?), [], "seed {seed}");
            assert_eq!(found(&Inspect::new().spectra(0).vars(&vars)?), [], "seed {seed}");
            Ok(())
        };
        assert!(checked().is_ok(), "seed {seed}");
    });
}

/// GPT-2: everything N(0, 0.02), the last weight of each branch smaller by √(2·layers), positions smaller, a
/// head of its own, embeddings N(0, 1).
fn gpt(vb: VarBuilder<'static>) -> Result<()> {
    let (width, depth) = (48, 4);
    candle_nn::embedding(300, width, vb.pp("wte"))?;
    candle_nn::embedding(64, width, vb.pp("wpe"))?;
    for block in 0..depth {
        let vb = vb.pp("h").pp(block);
        candle_nn::layer_norm(width, 1e-5, vb.pp("ln_1"))?;
        candle_nn::linear(width, 3 * width, vb.pp("attn.c_attn"))?;
        candle_nn::linear(width, width, vb.pp("attn.c_proj"))?;
        candle_nn::linear(width, 4 * width, vb.pp("mlp.c_fc"))?;
        candle_nn::linear(4 * width, width, vb.pp("mlp.c_proj"))?;
    }
    candle_nn::linear_no_bias(width, 300, vb.pp("head"))?;
    Ok(())
}

#[test]
fn gpt_2_passes() -> Outcome {
    for seed in 0..SEEDS / 10 {
        let small = Init::Randn { mean: 0.0, stdev: 0.02 };
        let init = Initializer::new(seed)
            .rule("*.c_proj.weight", small.times(8_f64.sqrt().recip()))
            .rule("wpe.weight", small.times(0.1))
            .rule("head.weight", Init::Randn { mean: 0.0, stdev: 0.3 })
            .weights(small)
            .rule("*.bias", init::ZEROS);
        let vars = VarMap::new();
        gpt(init.var_builder(&vars, DType::F32, &CPU))?;
        assert_eq!(found(&Inspection::with_targets(&vars, &init)?), [], "seed {seed}");
        assert_eq!(found(&from_file(&vars)?), [], "seed {seed}");
    }
    Ok(())
}

/// Every named initializer on every weight of the net, in three dtypes, but for the two that are faults.
#[test]
fn every_initializer_passes() -> Outcome {
    for (name, initializer) in candle_init::NAMED {
        // Constants are faults in a matrix; a wide matrix cannot keep norms, and is refused.
        if matches!(initializer, Init::Const(_)) || initializer == init::DELTA_ORTHOGONAL {
            continue;
        }
        for dtype in [DType::F32, DType::BF16, DType::F16, DType::F64] {
            let (vars, init) =
                (VarMap::new(), Initializer::new(9).weights(initializer).rule("*.bias", init::ZEROS));
            layers(init.var_builder(&vars, dtype, &CPU))?;
            let inspection = Inspection::with_targets(&vars, &init)?;
            assert_eq!(found(&inspection), [], "{name} in {dtype:?}\n{inspection}");
            assert_eq!(found(&Inspection::of(&vars)?), [], "{name} in {dtype:?}");
        }
    }
    Ok(())
}

/// What is structured on purpose: sparse, with a padding row, one orthogonal matrix a gate, ranges.
#[test]
fn structures_pass() -> Outcome {
    let rules = [
        init::HE_NORMAL.sparse(0.9),
        init::HE_NORMAL.sparse(0.95),
        Init::Randn { mean: 0.0, stdev: 0.02 }.zero_row(0),
        init::ORTHOGONAL.on(Layer::Gates { gates: 4 }),
        init::mamba_a_log(),
        Init::Randn { mean: 1.0, stdev: 0.1 }.into(),
    ];
    for rule in rules {
        for dtype in [DType::F32, DType::BF16, DType::F8E4M3] {
            let (vars, init) = (VarMap::new(), Initializer::new(3).rule("*", rule.clone()));
            init.var_builder(&vars, dtype, &CPU).get((64, 32), "a.weight")?;
            init.var_builder(&vars, dtype, &CPU).get((32, 64), "b.weight")?;
            init.var_builder(&vars, dtype, &CPU).get((20, 3), "tiny.weight")?;
            let inspection = Inspection::with_targets(&vars, &init)?;
            assert_eq!(found(&inspection), [], "{rule} in {dtype:?}\n{inspection}");
        }
    }
    Ok(())
}

/// One variable under two names is tied: a note, and no more.
#[test]
fn a_tied_embedding_is_a_note() -> Outcome {
    let (vars, init) = net(1)?;
    let var = vars.data().lock().map_err(|_| "poisoned")?["layers.3.weight"].clone();
    vars.data().lock().map_err(|_| "poisoned")?.insert("other.weight".into(), var);
    let inspection = Inspection::with_targets(&vars, &init)?;
    assert_eq!(found(&inspection), []);
    let names: Vec<_> =
        inspection.findings.iter().map(|finding| (finding.place.as_str(), finding.name())).collect();
    assert_eq!(names, [("other.weight", "tied")]);
    // Another variable with the same values is not the same.
    let copy = candle_core::Var::from_tensor(
        &vars.data().lock().map_err(|_| "poisoned")?["layers.3.weight"].copy()?,
    )?;
    vars.data().lock().map_err(|_| "poisoned")?.insert("other.weight".into(), copy);
    assert_eq!(found(&Inspection::of(&vars)?), [("other.weight".to_string(), "copied")]);
    Ok(())
}

/// Integers are listed and not judged; so is what has no elements.
#[test]
fn integers_and_nothing_are_listed() -> Outcome {
    let vars = VarMap::new();
    for (name, tensor) in [
        ("ids", Tensor::zeros((8, 8), DType::I64, &CPU)?),
        ("none", Tensor::zeros((0, 8), DType::F32, &CPU)?),
        ("scalar", Tensor::zeros((), DType::F32, &CPU)?),
    ] {
        let var = candle_core::Var::from_tensor(&tensor)?;
        vars.data().lock().map_err(|_| "poisoned")?.insert(name.into(), var);
    }
    for inspection in [Inspection::of(&vars)?, from_file(&vars)?] {
        assert_eq!(found(&inspection), []);
        let listed: Vec<_> = inspection
            .parameters
            .iter()
            .map(|p| (p.name.as_str(), p.dtype.as_str(), p.moments.count))
            .collect();
        assert_eq!(listed, [("ids", "i64", 64), ("none", "f32", 0), ("scalar", "f32", 1)]);
    }
    Ok(())
}
