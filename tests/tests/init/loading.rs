//! What a checkpoint has is loaded, the rest is made, and every parameter and tensor is accounted for.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use std::path::PathBuf;

use acceptance::values::{all_bits, bits, values};
use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Checkpoint, Error, Growth, Initializer, Reason, init};
use candle_nn::{VarBuilder, VarMap};
use proptest::prelude::*;
use tempfile::TempDir;

const CPU: Device = Device::Cpu;
const SMALL: candle_init::Init = init::normal(0.0, 0.02);

fn backbone(vb: VarBuilder<'static>) -> Result<()> {
    candle_nn::embedding(20, 8, vb.pp("embed"))?;
    candle_nn::linear(8, 6, vb.pp("layers.0.fc"))?;
    candle_nn::layer_norm(6, 1e-5, vb.pp("norm"))?;
    Ok(())
}

fn with_head(vb: VarBuilder<'static>) -> Result<()> {
    backbone(vb.pp("model"))?;
    candle_nn::linear(6, 3, vb.pp("head")).map(drop)
}

/// A checkpoint of the backbone under a path, in a dtype.
fn saved(folder: &TempDir, path: &str, dtype: DType) -> (PathBuf, VarMap) {
    let (vars, file) = (VarMap::new(), folder.path().join("backbone.safetensors"));
    let init = Initializer::new(7).weights(init::GLOROT_NORMAL).rule("*norm.weight", init::uniform(0.5, 1.5));
    backbone(init.var_builder(&vars, dtype, &CPU).pp(path)).unwrap();
    vars.save(&file).unwrap();
    (file, vars)
}

fn builder(init: &Initializer, vars: &VarMap, dtype: DType) -> VarBuilder<'static> {
    init.var_builder(vars, dtype, &CPU)
}

fn tensor(vars: &VarMap, name: &str) -> Tensor {
    vars.data().lock().unwrap()[name].as_detached_tensor()
}

fn new_head(init: Initializer) -> Initializer {
    init.rule("head.weight", init::GLOROT_UNIFORM).rule("head.bias", init::ZEROS)
}

/// A record of a plan gives again what the build gave: read, grown or drawn.
#[test]
fn records_give_their_values_again() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = saved(&folder, "model", DType::F32);
    let init = new_head(Initializer::new(42).load(Checkpoint::open(&file).unwrap()))
        .grow("model.embed.weight", Growth::MeanAndCovariance);
    let build = |vb: VarBuilder<'static>| {
        vb.get((23, 8), "model.embed.weight")?;
        candle_nn::linear(8, 6, vb.pp("model.layers.0.fc"))?;
        candle_nn::layer_norm(6, 1e-5, vb.pp("model.norm"))?;
        candle_nn::linear(6, 3, vb.pp("head")).map(drop)
    };
    let vars = VarMap::new();
    let plan = init.plan(DType::F32, build).unwrap();
    build(builder(&init, &vars, DType::F32))?;
    assert_eq!(plan.records().len(), 7);
    let other = Tensor::ones(3, DType::F32, &CPU)?;
    vars.data().lock().unwrap().insert("other".into(), candle_core::Var::from_tensor(&other)?);
    let report = init.report(&vars).unwrap().to_string();
    assert!(report.contains("loaded 4 · loaded in part 1 · initialized 2 · never asked for 0"), "{report}");
    for record in plan.records() {
        let again = init.again(record, DType::F32, &CPU).unwrap().unwrap();
        assert_eq!(bits(&again)?, bits(&tensor(&vars, &record.name))?, "{record:?}");
    }
    Ok(())
}

/// Converted piece by piece, of which one holds 65,536 elements; whole, in part, and where it begins within a piece.
#[test]
fn long_tensors_are_converted_in_their_order() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.safetensors");
    let values: Vec<f32> = (0..150_001_u32).map(|i| i as f32).collect();
    let whole = Tensor::new(values.as_slice(), &CPU)?;
    candle_core::safetensors::save(&std::collections::HashMap::from([("w", whole.clone())]), &file)?;
    let checkpoint = Checkpoint::open(&file).unwrap();
    let init = Initializer::new(1).load(checkpoint.clone());
    let loaded = init.build(&VarMap::new(), DType::F64, &CPU, |vb| vb.get(150_001, "w")).unwrap();
    assert_eq!(bits(&loaded)?, bits(&whole.to_dtype(DType::F64)?)?);
    let lazy = init.lazy_loaded("w", 150_001, checkpoint.tensor("w").unwrap(), None, DType::F64).unwrap();
    for first in [0, 1, 65_535, 70_000] {
        let mut read = vec![0_f64; 150_001 - first];
        lazy.read(first, bytemuck::cast_slice_mut(&mut read)).unwrap();
        assert!(read.iter().zip(&values[first..]).all(|(a, b)| *a == f64::from(*b)), "from {first}");
    }
    Ok(())
}

/// Elements narrower than a byte cannot be read one by one.
#[test]
fn what_has_no_bytes_is_not_lazy() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = saved(&folder, "model", DType::F32);
    let checkpoint = Checkpoint::open(&file).unwrap();
    let init = Initializer::new(1);
    let lazy = |dtype| {
        let tensor = checkpoint.tensor("model.norm.weight").unwrap();
        init.lazy_loaded("model.norm.weight", 6, tensor, None, dtype).map(drop)
    };
    assert!(lazy(DType::BF16).is_ok());
    let error = lazy(DType::F6E2M3).unwrap_err().to_string();
    assert!(error.contains("which candle cannot read"), "{error}");
}

/// Renamed, converted, each parameter from exactly one place; what is new is what it would be without the file.
#[test]
fn a_backbone_is_loaded_and_a_head_is_made() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    for stored in [DType::F32, DType::BF16, DType::F16, DType::F64, DType::F8E4M3] {
        let (file, vars) = saved(&folder, "bert", stored);
        let checkpoint = Checkpoint::open(&file).unwrap().rename("bert.*", "model.*").unwrap();
        let init = new_head(Initializer::new(42).load(checkpoint));
        for dtype in [DType::F32, DType::BF16, DType::F8E4M3] {
            let loaded = VarMap::new();
            with_head(builder(&init, &loaded, dtype))?;
            let report = init.report(&loaded).unwrap();
            for record in report.records() {
                let found = tensor(&loaded, &record.name);
                match record.name.strip_prefix("model.") {
                    Some(name) => {
                        let original = tensor(&vars, &format!("bert.{name}"));
                        // As candle converts, by way of f32 where its direct conversion never returns.
                        let due =
                            original.to_dtype(if stored == DType::F64 { DType::F64 } else { DType::F32 })?;
                        let due = if dtype == DType::F8E4M3 { due.to_dtype(DType::F32)? } else { due };
                        assert_eq!(
                            bits(&found)?,
                            bits(&due.to_dtype(dtype)?)?,
                            "{} {stored:?} {dtype:?}",
                            record.name
                        );
                        let Reason::Loaded { tensor, converted } = &record.reason else {
                            panic!("{record:?}")
                        };
                        assert_eq!(tensor, &format!("bert.{name}"));
                        assert_eq!(converted.is_none(), stored == dtype, "{converted:?}");
                    }
                    None => assert!(matches!(record.reason, Reason::Rule { .. }), "{record:?}"),
                }
            }
            let alone = VarMap::new();
            candle_nn::linear(6, 3, builder(&new_head(Initializer::new(42)), &alone, dtype).pp("head"))?;
            assert_eq!(bits(&tensor(&loaded, "head.weight"))?, bits(&tensor(&alone, "head.weight"))?);
            assert!(report.to_string().contains("loaded 5 · initialized 2 · never asked for 0"), "{report}");
            // Rules that decide for something are not said to be idle.
            assert!(!report.to_string().contains("would decide"), "{report}");
            let plan = init.plan(dtype, with_head).unwrap();
            let mut planned: Vec<_> =
                plan.records().iter().map(|r| (r.name.clone(), r.reason.clone())).collect();
            planned.sort_by(|a, b| a.0.cmp(&b.0));
            let made: Vec<_> = report.records().iter().map(|r| (r.name.clone(), r.reason.clone())).collect();
            assert_eq!(planned, made);
        }
    }
    Ok(())
}

/// What the file lacks has to be named: all of it is listed, and the lines make it work.
#[test]
fn what_is_new_must_be_said() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = saved(&folder, "model", DType::F32);
    let init = Initializer::new(42).load(Checkpoint::open(&file).unwrap());
    let error = init.plan(DType::F32, with_head).unwrap_err();
    assert!(matches!(&error, Error::NotLoaded { parameters } if parameters.len() == 2), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("`head.weight` [3, 6]") && text.contains(".rule(\"head.bias\", init::ZEROS)"),
        "{text}"
    );
    let pasted = acceptance::pasted::pasted(init.clone(), &text).unwrap();
    pasted.plan(DType::F32, with_head).unwrap();
    let vars = VarMap::new();
    assert!(with_head(builder(&init, &vars, DType::F32)).is_err());
    with_head(builder(&init.clone().lenient(), &VarMap::new(), DType::F32)).unwrap();
    // A forgotten prefix is no new model.
    let (file, _) = saved(&folder, "bert", DType::F32);
    let lost = Initializer::new(42).load(Checkpoint::open(&file).unwrap()).rule("*", SMALL);
    let error = lost.plan(DType::F32, with_head).unwrap_err();
    assert!(matches!(&error, Error::NothingLoaded { tensors: 5, .. }), "{error}");
    assert!(error.to_string().contains(".rename(\"bert.*\", \"model.*\")"), "{error}");
    let vars = VarMap::new();
    with_head(builder(&lost, &vars, DType::F32)).unwrap();
    assert!(matches!(lost.report(&vars), Err(Error::NothingLoaded { .. })));
}

/// A tensor that nobody asks for is told, with the nearest parameter; one that was skipped is not.
#[test]
fn tensors_that_nobody_asks_for_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (file, vars) = saved(&folder, "model", DType::F32);
    let extra = Initializer::new(1).var_builder(&vars, DType::F32, &CPU);
    extra.get_with_hints((2, 2), "model.layers.0.fk.weight", SMALL_HINT).unwrap();
    extra.get_with_hints(3, "pooler.bias", SMALL_HINT).unwrap();
    vars.save(&file).unwrap();
    let open = || Checkpoint::open(&file).unwrap();
    let init = new_head(Initializer::new(42).load(open()));
    let made = VarMap::new();
    with_head(builder(&init, &made, DType::F32)).unwrap();
    let (plan, report) = (init.plan(DType::F32, with_head).unwrap(), init.report(&made).unwrap());
    for (text, asked) in [
        (plan.to_string(), plan.never_asked().collect::<Vec<_>>()),
        (report.to_string(), report.never_asked().collect()),
    ] {
        assert_eq!(asked, ["model.layers.0.fk.weight", "pooler.bias"]);
        assert!(
            text.contains("`model.layers.0.fk.weight` (the nearest is `model.layers.0.fc.weight`)"),
            "{text}"
        );
    }
    let skipped = new_head(Initializer::new(42).load(open().skip("pooler.*").unwrap()));
    assert_eq!(skipped.plan(DType::F32, with_head).unwrap().never_asked().count(), 1);
}

const SMALL_HINT: candle_nn::Init = candle_nn::Init::Randn { mean: 0.0, stdev: 0.02 };

/// Another shape is an error that says what to add, and what it says works; the map stays as it is.
#[test]
fn another_shape_says_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let (file, vars) = saved(&folder, "model", DType::F32);
    let open = || Checkpoint::open(&file).unwrap();
    let larger = |rows: usize, cols: usize| {
        move |vb: VarBuilder<'static>| vb.pp("model.embed").get((rows, cols), "weight")
    };
    let init = Initializer::new(42).load(open()).rule("*", SMALL);
    let made = VarMap::new();
    for (rows, cols) in [(25, 8), (19, 8), (20, 9), (25, 9)] {
        let error = larger(rows, cols)(builder(&init, &made, DType::F32)).unwrap_err().to_string();
        assert!(
            error.contains("has it as [20, 8]") && error.contains(".skip(\"model.embed.weight\")?"),
            "{error}"
        );
        assert_eq!(
            error.contains("`.grow(\"model.embed.weight\", Growth::Mean)`"),
            (rows, cols) == (25, 8),
            "{error}"
        );
    }
    assert!(made.all_vars().is_empty());
    let anew = Initializer::new(42).load(open().skip("model.embed.weight").unwrap()).rule("*", SMALL);
    larger(20, 9)(builder(&anew, &made, DType::F32)).unwrap();
    let grown = Initializer::new(42)
        .load(open())
        .rule("model.embed.weight", SMALL)
        .grow("*embed.weight", Growth::Rule);
    let grown_vars = VarMap::new();
    let table = larger(25, 8)(builder(&grown, &grown_vars, DType::F32)).unwrap();
    let whole = grown.tensor("model.embed.weight", (25, 8), SMALL, DType::F32, &CPU).unwrap();
    let (old, new) = (table.narrow(0, 0, 20).unwrap(), table.narrow(0, 20, 5).unwrap());
    assert_eq!(bits(&old).unwrap(), bits(&tensor(&vars, "model.embed.weight")).unwrap());
    assert_eq!(bits(&new).unwrap(), bits(&whole.narrow(0, 20, 5).unwrap()).unwrap());
    let report = grown.report(&grown_vars).unwrap();
    assert!(
        matches!(report.records()[0].reason, Reason::Grown { rows: 5, by: Growth::Rule, .. }),
        "{report}"
    );
    assert!(report.to_string().contains("loaded 0 · loaded in part 1"), "{report}");
}

/// The mean of the old rows, and the spread that transformers gives: its covariance is 10⁻⁹ of the rows'.
#[test]
fn new_rows_lie_about_the_mean_of_the_old() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let (file, vars) = saved(&folder, "model", DType::F64);
    let old = tensor(&vars, "model.embed.weight");
    let (mean, count) = (old.mean_keepdim(0)?, 40_000);
    let grow = |growth| -> Result<Vec<f64>> {
        let init = Initializer::new(42).load(Checkpoint::open(&file).unwrap()).grow("*embed.weight", growth);
        let table = builder(&init, &VarMap::new(), DType::F64).get((20 + count, 8), "model.embed.weight")?;
        values(&table.narrow(0, 20, count)?.broadcast_sub(&mean)?)
    };
    assert!(grow(Growth::Mean)?.iter().all(|d| d.abs() < 1e-15));
    let spread = grow(Growth::MeanAndCovariance)?;
    let centred = old.broadcast_sub(&mean)?;
    let due = values(&(centred.t()?.matmul(&centred)? * (1e-9 / 20.0))?)?;
    for a in 0..8 {
        for b in 0..8 {
            let found: f64 = spread.chunks(8).map(|row| row[a] * row[b]).sum::<f64>() / count as f64;
            // A sample covariance has a variance of (cₐₐ·c_bb + cₐb²)/n: seven of its deviations.
            let deviation = ((due[9 * a] * due[9 * b] + due[8 * a + b].powi(2)) / count as f64).sqrt();
            assert!(
                (found - due[8 * a + b]).abs() < 7.0 * deviation,
                "{a} {b}: {found} beside {}",
                due[8 * a + b]
            );
        }
    }
    assert!(spread == grow(Growth::MeanAndCovariance)?);
    Ok(())
}

/// A tensor of the file exists when a model asks, gives the shape where a model has none, and goes before rules.
#[test]
fn the_file_answers_questions() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let (file, vars) = saved(&folder, "model", DType::F32);
    let init = Initializer::new(42).load(Checkpoint::open(&file).unwrap()).rule("*", SMALL);
    let made = VarMap::new();
    let vb = builder(&init, &made, DType::F32);
    assert!(vb.contains_tensor("model.norm.weight") && !vb.contains_tensor("model.norm.gamma"));
    let found = vb.get_unchecked("model.norm.weight")?;
    assert_eq!(bits(&found)?, bits(&tensor(&vars, "model.norm.weight"))?);
    backbone(vb.pp("model"))?;
    assert_eq!(all_bits(&made)?, all_bits(&vars)?);
    // A rule that decides for nothing, since the file has it all, is told.
    assert!(init.report(&made)?.to_string().contains("has all that `*` would decide"));
    // The other model of a pair may have nothing from the file.
    let other = VarMap::new();
    candle_nn::linear(6, 3, builder(&init, &other, DType::F32).pp("head"))?;
    init.report(&other)?;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any part of a model in the file: that part is the file's to the bit, and the rest is what it is without the file.
    #[test]
    fn any_part_is_loaded_and_the_rest_is_made(parts in proptest::collection::vec(any::<bool>(), 6), seed: u64) {
        let build = |vb: VarBuilder<'static>, wanted: &dyn Fn(usize) -> bool| -> Result<()> {
            (0..6).filter(|&i| wanted(i)).try_for_each(|i| {
                candle_nn::linear(5 + i, 3, vb.pp(i)).map(drop)
            })
        };
        prop_assume!(parts.iter().any(|&part| part));
        let folder = tempfile::tempdir().unwrap();
        let (file, stored, alone, both) = (folder.path().join("p.safetensors"), VarMap::new(), VarMap::new(), VarMap::new());
        build(builder(&Initializer::new(1), &stored, DType::F32), &|i| parts[i])?;
        stored.save(&file)?;
        let plain = Initializer::new(seed).rule("*", SMALL);
        build(builder(&plain, &alone, DType::F32), &|_| true)?;
        let init = plain.load(Checkpoint::open(&file).unwrap());
        build(builder(&init, &both, DType::F32), &|_| true)?;
        for (i, &part) in parts.iter().enumerate() {
            for name in [format!("{i}.weight"), format!("{i}.bias")] {
                let due = tensor(if part { &stored } else { &alone }, &name);
                prop_assert_eq!(bits(&tensor(&both, &name))?, bits(&due)?);
            }
        }
        init.report(&both).unwrap();
    }
}
