//! Parts of parameters: each has the bits that it has in the whole, whatever the rule, the dtype and the box.

use std::ops::Range;

use acceptance::scratch::Scratch;
use acceptance::values::bits;
use anyhow::{Result, ensure};
use candle_core::{DType, Device, Tensor};
use candle_init::{Checkpoint, Growth, Initializer, Rule, init};
use candle_nn::VarMap;
use proptest::prelude::*;

const RULES: [&str; 14] = [
    "normal(std=0.02)",
    "uniform(lo=-0.1, up=0.3)",
    "truncated_normal(std=0.02)",
    "he_uniform",
    "ones",
    "orthogonal",
    "normal(std=0.02).sparse(0.5)",
    "normal(std=0.02).zero_row(1)",
    "identity",
    "range(start=-1, step=0.25)",
    "glorot_uniform.on(qkv)",
    "blocks(orthogonal, zeros, normal(std=0.1))",
    "normal(std=0.5).at_most(0.3).plus(0.1)",
    "mamba_a_log",
];
const DTYPES: [DType; 4] = [DType::F32, DType::BF16, DType::F16, DType::F64];

fn values(tensor: &Tensor) -> Result<Vec<f64>> {
    Ok(tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}

/// The box of a tensor in memory.
fn narrowed(whole: &Tensor, ranges: &[Range<usize>]) -> Result<Tensor> {
    let narrow =
        |tensor: Tensor, (dim, range): (usize, &Range<usize>)| tensor.narrow(dim, range.start, range.len());
    Ok(ranges.iter().enumerate().try_fold(whole.clone(), narrow)?.contiguous()?)
}

fn boxes(dims: Vec<usize>) -> impl Strategy<Value = Vec<Range<usize>>> {
    dims.into_iter()
        .map(|dim| {
            (0..dim).prop_flat_map(move |start| (Just(start), start + 1..=dim)).prop_map(|(a, b)| a..b)
        })
        .collect::<Vec<_>>()
}

fn asked() -> impl Strategy<Value = (Vec<usize>, Vec<Range<usize>>)> {
    // Three blocks of rows, columns beyond a kernel's tile.
    let dims = prop_oneof![Just(vec![12, 90]), Just(vec![9, 4, 3, 3]), Just(vec![300, 7])];
    dims.prop_flat_map(|dims| (Just(dims.clone()), boxes(dims)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_part_has_the_bits_of_the_whole(
        rule in prop::sample::select(&RULES[..]),
        dtype in prop::sample::select(&DTYPES[..]),
        (dims, ranges) in asked(),
    ) {
        let init = Initializer::new(11);
        let Ok(whole) = init.tensor("a.3.weight", dims.as_slice(), rule, dtype, &Device::Cpu) else {
            // What cannot be made whole cannot be made in parts.
            let lazy = init.lazy("a.3.weight", dims.as_slice(), rule, dtype);
            prop_assert!(lazy.and_then(|lazy| lazy.part(&ranges)?.tensor(&Device::Cpu)).is_err());
            return Ok(());
        };
        let lazy = init.lazy("a.3.weight", dims.as_slice(), rule, dtype).map_err(fail)?;
        let part = lazy.part(&ranges).and_then(|part| part.tensor(&Device::Cpu)).map_err(fail)?;
        let expected = narrowed(&whole, &ranges).map_err(fail)?;
        prop_assert_eq!(part.dims(), expected.dims());
        prop_assert_eq!(values(&part).map_err(fail)?, values(&expected).map_err(fail)?);
        // A part of a part, from the middle on.
        let inner: Vec<_> = ranges.iter().map(|range| range.len() / 2..range.len()).collect();
        let part = lazy.part(&ranges).and_then(|part| part.part(&inner)?.tensor(&Device::Cpu)).map_err(fail)?;
        prop_assert_eq!(values(&part).map_err(fail)?, values(&narrowed(&expected, &inner).map_err(fail)?).map_err(fail)?);
    }
}

fn fail(error: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

#[test]
fn bytes_are_read_from_any_element_to_any_place() -> Result<()> {
    let init = Initializer::new(3);
    let lazy = init.lazy("w", (100, 100), init::normal(0.0, 1.0), DType::F32)?;
    let whole = init.tensor("w", (100, 100), init::normal(0.0, 1.0), DType::F32, &Device::Cpu)?;
    let whole: Vec<u8> =
        whole.flatten_all()?.to_vec1::<f32>()?.into_iter().flat_map(f32::to_ne_bytes).collect();
    let mut out = vec![0; 4 * 777 + 1];
    for first in [0, 1, 63, 64, 9_223] {
        lazy.read(first, &mut out[1..])?; // no element begins at an odd byte
        ensure!(out[1..] == whole[4 * first..4 * (first + 777)], "from {first}");
    }
    for (first, length) in [(9_224, 4 * 777), (0, 3), (10_000, 4), (usize::MAX, 4)] {
        ensure!(lazy.read(first, &mut vec![0; length]).is_err(), "{length} bytes from {first}");
    }
    ensure!(
        lazy.part(&[0..101, 0..1]).is_err()
            && lazy.part(&[0..1, Range { start: 3, end: 2 }]).is_err()
            && lazy.part(&[0..1, 0..1, 0..1]).is_err()
    );
    ensure!(lazy.part(&[5..5, 0..100])?.tensor(&Device::Cpu)?.dims() == [0, 100]);
    Ok(())
}

/// More than one thread's share, none of whose rows lie together.
#[test]
fn a_large_part_is_read_from_any_element() -> Result<()> {
    let init = Initializer::new(3);
    let lazy = init.lazy("w", (400, 400), init::normal(0.0, 1.0), DType::F32)?;
    let whole = init.tensor("w", (400, 400), init::normal(0.0, 1.0), DType::F32, &Device::Cpu)?;
    let part = whole.narrow(1, 3, 300)?.flatten_all()?.to_vec1::<f32>()?;
    for first in [0, 1, 299, 300, 4_000] {
        let mut out = vec![0; 4 * (part.len() - first)];
        lazy.part(&[0..400, 3..303])?.read(first, &mut out)?;
        let expected: Vec<u8> = part[first..].iter().copied().flat_map(f32::to_ne_bytes).collect();
        ensure!(out == expected, "from {first}");
    }
    Ok(())
}

#[test]
fn only_what_is_made_together_is_held() -> Result<()> {
    let init = Initializer::new(3);
    for (rule, held) in [
        ("he_normal", 0),
        ("normal(std=1).zero_row(0)", 0),
        ("orthogonal", 4 * 64 * 32),
        ("normal(std=1).sparse(0.5)", 4 * 64 * 32),
    ] {
        ensure!(init.lazy("w", (64, 32), rule, DType::F32)?.held_bytes() == held, "{rule}");
    }
    // What nobody could hold can be drawn from.
    let table = init.lazy("w", (1 << 40, 1 << 10), init::normal(0.0, 1.0), DType::BF16)?;
    ensure!(table.part(&[(1 << 40) - 1..1 << 40, 1000..1024])?.tensor(&Device::Cpu)?.dims() == [1, 24]);
    ensure!(table.tensor(&Device::Cpu).is_err());
    Ok(())
}

#[test]
fn integers_are_counters_and_positions() -> Result<()> {
    let init = Initializer::new(3);
    let ints = |rule: &str, dtype| init.lazy("p", (1, 6), rule, dtype)?.tensor(&Device::Cpu);
    ensure!(ints("range(start=0, step=1)", DType::I64)?.to_vec2::<i64>()? == [[0, 1, 2, 3, 4, 5]]);
    ensure!(ints("const(7)", DType::U8)?.to_vec2::<u8>()? == [[7; 6]]);
    for (rule, dtype) in [
        ("range(start=0, step=0.5)", DType::I64),
        ("const(-1)", DType::U32),
        ("const(256)", DType::U8),
        ("orthogonal", DType::I64),
    ] {
        ensure!(ints(rule, dtype).is_err(), "{rule} in {dtype:?}");
    }
    Ok(())
}

#[test]
fn a_plan_of_names_is_the_plan_of_a_model() -> Result<()> {
    let init = Initializer::new(42)
        .weights(init::HE_NORMAL)
        .rule("*norm.weight", init::ONES)
        .rule("rnn.weight_hh*", "orthogonal.on(lstm)");
    let plan = init.plan_of([
        ("fc.weight", vec![8, 4], DType::F32),
        ("fc.bias", vec![8], DType::BF16),
        ("norm.weight", vec![8], DType::F32),
        ("rnn.weight_hh_l0", vec![12, 3], DType::F32),
        ("bn.running_var", vec![3], DType::F32),
    ])?;
    let rule = |i: usize| plan.records()[i].whole_rule().as_ref().map(Rule::to_string);
    let rules: Vec<_> = (0..5).filter_map(rule).collect();
    ensure!(rules == ["he_normal", "zeros", "ones", "orthogonal.on(gates(4))", "ones"], "{rules:?}");
    let uncovered = init.plan_of([("scale", vec![8], DType::F32)]).map(drop);
    ensure!(uncovered.is_err_and(|error| error.to_string().contains(".rule(\"scale\"")));
    ensure!(init.plan_of([("fc.weight", vec![8, 4], DType::F32)]).is_err(), "rules that match nothing");
    Ok(())
}

/// What a file has, and what is asked for.
const LOADED: [(DType, DType); 3] =
    [(DType::F32, DType::F32), (DType::BF16, DType::F32), (DType::F32, DType::BF16)];

/// A file of one table of seven rows of six, none of which is zero.
fn table(stored: DType) -> Result<(Scratch, Checkpoint)> {
    let (file, saved) = (Scratch::new(), VarMap::new());
    let init = Initializer::new(1).rule("*", "uniform(lo=1, up=2)");
    init.var_builder(&saved, stored, &Device::Cpu).get((7, 6), "table")?;
    saved.save(file.path())?;
    let checkpoint = Checkpoint::open(file.path())?;
    Ok((file, checkpoint))
}

/// Any box of what a checkpoint has, wholly or in part, has the bits that a model gets.
#[test]
fn boxes_of_what_is_loaded_are_those_of_the_model() -> Result<()> {
    let rule: Rule = "orthogonal".parse()?; // is drawn whole
    for (stored, dtype) in LOADED {
        let (_file, checkpoint) = table(stored)?;
        for (rows, growth) in
            [(7, Growth::Mean), (11, Growth::Mean), (11, Growth::MeanAndCovariance), (11, Growth::Rule)]
        {
            let init = Initializer::new(42).load(checkpoint.clone()).grow("table", growth);
            let ruled = init.clone().rule("table", rule.clone());
            let whole = ruled.var_builder(&VarMap::new(), dtype, &Device::Cpu).get((rows, 6), "table")?;
            let by = (growth, (growth == Growth::Rule).then(|| rule.clone()));
            let lazy = init.lazy_loaded("table", (rows, 6), checkpoint.tensor("table")?, Some(by), dtype)?;
            for ranges in
                [[0..rows, 0..6], [5..rows, 0..6], [0..7, 2..4], [6..rows, 1..5], [rows - 1..rows, 5..6]]
            {
                let part = lazy.part(&ranges)?.tensor(&Device::Cpu)?;
                let due = narrowed(&whole, &ranges)?;
                assert_eq!(bits(&part)?, bits(&due)?, "{stored:?} {dtype:?} {growth} {ranges:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn what_a_file_has_in_another_shape_is_refused() -> Result<()> {
    for (stored, dtype) in LOADED {
        let (_file, checkpoint) = table(stored)?;
        for (shape, growth) in [
            ((11, 6), None),
            ((11, 6), Some((Growth::Rule, None))),
            ((6, 6), Some((Growth::Mean, None))),
            ((11, 5), Some((Growth::Mean, None))),
        ] {
            let tensor = checkpoint.tensor("table")?;
            let lazy = Initializer::new(42).lazy_loaded("table", shape, tensor, growth, dtype);
            let error = lazy.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("has it as [7, 6]"), "{stored:?} {dtype:?} {shape:?}: {error}");
        }
    }
    Ok(())
}
