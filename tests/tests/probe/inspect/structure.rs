//! Faults of structure besides the planted ones.

use candle_core::{DType, Device, Tensor, Var};
use candle_init::{Init, Initializer, init};
use candle_init_probe::{Fault, Inspect, Inspection, Side};
use candle_nn::VarMap;

use super::{Outcome, found};

const CPU: Device = Device::Cpu;

/// A map of tensors by name.
fn map(tensors: impl IntoIterator<Item = (&'static str, Tensor)>) -> candle_core::Result<VarMap> {
    let vars = VarMap::new();
    for (name, tensor) in tensors {
        let var = Var::from_tensor(&tensor)?;
        vars.data().lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name.into(), var);
    }
    Ok(vars)
}

fn normal(name: &str, dims: &[usize]) -> candle_init::Result<Tensor> {
    Initializer::new(8).tensor(name, dims, Init::Randn { mean: 0.0, stdev: 0.1 }, DType::F32, &CPU)
}

/// LoRA: one zero factor is how it starts, two never move.
#[test]
fn two_zero_factors_never_move() -> Outcome {
    let zeros = |dims: (usize, usize)| Tensor::zeros(dims, DType::F32, &CPU);
    let (a, b) = ("q.lora_A.weight", "q.lora_B.weight");
    let healthy = map([(a, normal(a, &[4, 64])?), (b, zeros((64, 4))?)])?;
    assert_eq!(found(&Inspection::of(&healthy)?), []);
    let dead = map([(a, zeros((4, 64))?), (b, zeros((64, 4))?)])?;
    assert_eq!(found(&Inspection::of(&dead)?), [(a.to_string(), "zero product")]);
    // They must fit each other, under one path.
    let apart = map([("x.lora_A.weight", zeros((4, 64))?), ("y.lora_B.weight", zeros((64, 4))?)])?;
    assert_eq!(found(&Inspection::of(&apart)?), []);
    let layers = map([("m.fc1.weight", zeros((32, 16))?), ("m.fc2.weight", zeros((8, 32))?)])?;
    assert_eq!(found(&Inspection::of(&layers)?), [("m.fc1.weight".to_string(), "zero product")]);
    Ok(())
}

/// Equal columns and equal rows far apart, in a kernel too, and across the pieces that are read at a time.
#[test]
fn equal_neurons_are_found_wherever_they_are() -> Outcome {
    let weight = normal("w", &[3000, 200])?;
    let rows = weight.slice_assign(&[2999..3000, 0..200], &weight.narrow(0, 1, 1)?)?;
    let columns = weight.slice_assign(&[0..3000, 150..151], &weight.narrow(1, 2, 1)?)?;
    let kernel = normal("k", &[32, 24, 3, 3])?;
    let kernel = kernel.slice_assign(&[0..32, 20..21, 0..3, 0..3], &kernel.narrow(1, 7, 1)?)?;
    let long = normal("l", &[3, 300_000])?;
    let long = long.slice_assign(&[2..3, 0..300_000], &long.narrow(0, 0, 1)?)?;
    let due = [
        (rows, Side::Rows, (1, 2999), 3000),
        (columns, Side::Columns, (2, 150), 200),
        (kernel, Side::Columns, (7, 20), 24),
        (long, Side::Rows, (0, 2), 3),
    ];
    for (tensor, side, pair, of) in due {
        let inspection = Inspect::new().spectra(0).vars(&map([("a.weight", tensor)])?)?;
        let faults: Vec<_> = inspection.findings.into_iter().map(|finding| finding.fault).collect();
        assert_eq!(faults, [Fault::Symmetric { side, pair, count: 1, of, stay: None }]);
    }
    Ok(())
}

/// One bit makes two rows two, and some rows of zeros are a padding.
#[test]
fn almost_equal_rows_are_two() -> Outcome {
    let weight = normal("w", &[64, 48])?;
    let row = (weight.narrow(0, 1, 1)? + 0.0)?;
    let last = row.narrow(1, 47, 1)?.to_vec2::<f32>()?[0][0];
    let other = Tensor::new(&[[f32::from_bits(last.to_bits() ^ 1)]], &CPU)?;
    let near = weight
        .slice_assign(&[5..6, 0..48], &row)?
        .slice_assign(&[5..6, 47..48], &other)?
        .slice_assign(&[10..13, 0..48], &Tensor::zeros((3, 48), DType::F32, &CPU)?)?;
    let inspection = Inspection::of(&map([("a.weight", near)])?)?;
    assert_eq!(found(&inspection), []);
    assert_eq!(inspection.parameters[0].twin_rows, 0);
    Ok(())
}

/// In bf16 a narrow initializer holds a handful of values, and in few columns rows are equal by chance.
#[test]
fn equal_by_chance_is_no_fault() -> Outcome {
    let init = Initializer::new(3).rule("*", Init::Randn { mean: 1.0, stdev: 0.006 });
    let vars = VarMap::new();
    init.var_builder(&vars, DType::BF16, &CPU).get((4000, 3), "a.weight")?;
    init.var_builder(&vars, DType::F32, &CPU).get((30_000, 2), "b.weight")?;
    assert_eq!(found(&Inspection::of(&vars)?), []);
    Ok(())
}

/// A product of thin factors is dense and has no full rank; its condition is not finite.
#[test]
fn a_thin_product_is_rank_deficient() -> Outcome {
    // Of small integers, so that the product is exact.
    let integers = |name: &str, dims: &[usize]| (normal(name, dims)? * 50.0)?.round();
    let product = integers("a", &[40, 6])?.matmul(&integers("b", &[6, 30])?)?;
    let product = (product + 0.5)?; // Rank one more at most, and nothing is zero.
    let inspection = Inspection::of(&map([("a.weight", product), ("b.weight", normal("c", &[40, 30])?)])?)?;
    assert_eq!(found(&inspection), [("a.weight".to_string(), "rank-deficient")]);
    let spectrum = inspection.parameters[0].spectrum.clone().ok_or("no spectrum")?;
    assert_eq!((spectrum.rank, spectrum.values.len(), spectrum.condition), (7, 30, f64::INFINITY));
    let right = inspection.parameters[1].spectrum.clone().ok_or("no spectrum")?;
    // The square sum of singular values is that of the elements.
    let squares: f64 = right.values.iter().map(|value| value * value).sum();
    let due: f64 =
        acceptance::values::values(&normal("c", &[40, 30])?)?.iter().map(|value| value * value).sum();
    assert!((squares / due - 1.0).abs() < 1e-12 && right.rank == 30 && right.condition < 100.0);
    Ok(())
}

/// Ones are a fault in a matrix and right in a norm; zeros that a rule asks for are a warning.
#[test]
fn constants_are_faults_in_matrices_only() -> Outcome {
    let init = Initializer::new(3)
        .rule("norm.weight", init::ONES)
        .rule("ones.weight", init::ONES)
        .rule("last.weight", init::ZEROS);
    let vars = VarMap::new();
    let vb = init.var_builder(&vars, DType::F32, &CPU);
    vb.get(16, "norm.weight")?;
    vb.get((16, 8), "ones.weight")?;
    vb.get((16, 8), "last.weight")?;
    let seen = found(&Inspection::with_targets(&vars, &init)?);
    let due = [("ones.weight", "symmetric"), ("last.weight", "zero by rule")];
    assert_eq!(seen, due.map(|(place, name)| (place.to_string(), name)));
    Ok(())
}

/// The gravest come first.
#[test]
fn faults_come_before_warnings() -> Outcome {
    let a = normal("a", &[32, 32])?;
    let zeros = Tensor::zeros((32, 16), DType::F32, &CPU)?;
    let vars = map([("a.weight", a.clone()), ("b.weight", a), ("c.weight", zeros)])?;
    let due = [("c.weight", "uninitialised"), ("b.weight", "copied")];
    assert_eq!(found(&Inspection::of(&vars)?), due.map(|(place, name)| (place.to_string(), name)));
    Ok(())
}
