//! A random distribution breaks the symmetry of a layer: no two neurons start alike or learn alike. A constant does not,
//! and the same detector finds it.
//!
//! Rows and columns have sixteen values or more. Two of them agree by chance with a probability below 1e-90 in
//! `f32`; in `bf16` a narrow initializer may hold a handful of values, six say, and then it is below 1e-12.

use std::error::Error;

use acceptance::strategies::random_initializer;
use acceptance::values::bits;
use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, Rule, init, named_vars, trainable_vars};
use candle_nn::{Module, Optimizer, SGD, VarBuilder, VarMap, loss};
use proptest::prelude::*;

type Outcome = std::result::Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

/// Two equal rows of a matrix, or of what remains of a tensor behind its first axis.
fn equal_rows(tensor: &Tensor) -> Result<Option<(usize, usize)>> {
    let rows = tensor.dim(0)?;
    let flat = bits(tensor)?;
    let rows: Vec<_> = flat.chunks(flat.len() / rows).collect();
    let pairs = (0..rows.len()).flat_map(|a| (a + 1..rows.len()).map(move |b| (a, b)));
    Ok(pairs.into_iter().find(|&(a, b)| rows[a] == rows[b]))
}

/// Two neurons that start alike: equal rows or equal columns.
fn twins(tensor: &Tensor) -> Result<bool> {
    Ok(equal_rows(tensor)?.is_some() || equal_rows(&tensor.transpose(0, 1)?.contiguous()?)?.is_some())
}

proptest! {
    #[test]
    fn no_two_neurons_start_alike(
        initializer in random_initializer(), dims in (16..40_usize, 16..40_usize, 1..3_usize), seed: u64, half: bool,
    ) {
        let dtype = if half { DType::BF16 } else { DType::F32 };
        let weight = Initializer::new(seed).tensor("w", dims, initializer, dtype, &CPU)?;
        prop_assert!(!twins(&weight)?, "{initializer} {dims:?} {dtype:?}");
        let (from, to) = ((seed % dims.0 as u64) as usize, (seed / 7 % dims.0 as u64) as usize);
        if from != to {
            // One row copied over another is found.
            let row = weight.narrow(0, from, 1)?;
            let copied = weight.slice_assign(&[to..to + 1, 0..dims.1, 0..dims.2], &row)?;
            prop_assert!(twins(&copied)?, "a copied row is not found");
        }
    }

    #[test]
    fn constants_are_all_alike(value in -2.0..2.0_f64, dims in (8..40_usize, 8..40_usize)) {
        let weight = Initializer::new(1).tensor("w", dims, Init::Const(value), DType::F32, &CPU)?;
        prop_assert!(twins(&weight)?);
    }
}

/// Two layers of candle and a nonlinearity between them.
struct Mlp {
    hidden: candle_nn::Linear,
    head: candle_nn::Linear,
}

impl Mlp {
    fn new(vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            hidden: candle_nn::linear(6, 12, vb.pp("hidden"))?,
            head: candle_nn::linear(12, 3, vb.pp("head"))?,
        })
    }

    fn loss(&self, batch: &Tensor, labels: &Tensor) -> Result<Tensor> {
        loss::cross_entropy(&self.head.forward(&self.hidden.forward(batch)?.tanh()?)?, labels)
    }
}

/// What is alike in the hidden layer: its weights now, and the gradients by which it will learn.
#[derive(Debug, PartialEq, Eq)]
struct Alike {
    weights: bool,
    gradients: bool,
}

/// Trains by a few steps of SGD and looks after each.
fn watch(init: &Initializer, steps: usize) -> std::result::Result<Vec<Alike>, Box<dyn Error>> {
    let vars = VarMap::new();
    let mlp = Mlp::new(init.var_builder(&vars, DType::F32, &CPU))?;
    let input = Initializer::new(77).tensor(
        "batch",
        (16, 6),
        Init::Randn { mean: 0.3, stdev: 1.0 },
        DType::F32,
        &CPU,
    )?;
    let labels = Tensor::from_vec((0..16_u32).map(|i| i % 3).collect(), 16, &CPU)?;
    let mut optimizer = SGD::new(trainable_vars(&vars), 0.1)?;
    let mut seen = Vec::new();
    for _ in 0..steps {
        let gradients = mlp.loss(&input, &labels)?.backward()?;
        let gradient = gradients.get(mlp.hidden.weight()).ok_or("no gradient")?;
        let (weights, gradients_alike) = (equal_rows(mlp.hidden.weight())?, equal_rows(gradient)?);
        seen.push(Alike { weights: weights.is_some(), gradients: gradients_alike.is_some() });
        optimizer.step(&gradients)?;
    }
    Ok(seen)
}

#[test]
fn random_neurons_learn_apart() -> Outcome {
    let initializers = [
        init::GLOROT_UNIFORM,
        init::HE_NORMAL,
        init::LECUN_TRUNCATED_NORMAL,
        Init::Randn { mean: 0.0, stdev: 0.02 },
    ];
    for initializer in initializers {
        for alike in watch(&Initializer::new(3).weights(initializer), 5)? {
            assert_eq!(alike, Alike { weights: false, gradients: false }, "{initializer}");
        }
    }
    Ok(())
}

/// A layer of equal neurons stays one neuron, however long it learns: all rows move alike.
#[test]
fn constant_neurons_stay_one_neuron() -> Outcome {
    for value in [0.0, 0.1] {
        for alike in watch(&Initializer::new(3).rule("*", Init::Const(value)), 5)? {
            assert_eq!(alike, Alike { weights: true, gradients: true }, "{value}");
        }
    }
    Ok(())
}

/// Random weights behind a constant layer do not help its neurons when they are equal per neuron: only the
/// head's columns can part them, and they do.
#[test]
fn a_random_head_parts_constant_neurons() -> Outcome {
    let seen = watch(
        &Initializer::new(3).rule("hidden.*", Init::Const(0.1)).rule("head.*", init::ONES.times(0.5)),
        3,
    )?;
    assert!(seen.iter().all(|alike| alike.weights && alike.gradients), "{seen:?}");
    let seen = watch(&Initializer::new(3).rule("hidden.*", Init::Const(0.1)), 3)?;
    assert_eq!(seen[0], Alike { weights: true, gradients: false });
    assert_eq!(seen[2], Alike { weights: false, gradients: false });
    Ok(())
}

/// An initializer of one's own that forgets to draw is found too.
#[test]
fn a_custom_initializer_without_a_draw_is_found() -> Outcome {
    let rows = Rule::custom("same row", |shape, stream| {
        let initializer = candle_init::Distribution::normal(0.0, 1.0).map_err(candle_core::Error::wrap)?;
        let columns = shape.dims().last().copied().unwrap_or(1) as u64;
        let row = stream.vec::<f32>(&initializer, 0..columns).map_err(candle_core::Error::wrap)?;
        Ok(row.iter().copied().cycle().take(shape.elem_count()).collect())
    });
    let (vars, init) = (VarMap::new(), Initializer::new(1).rule("hidden.weight", rows));
    Mlp::new(init.var_builder(&vars, DType::F32, &CPU))?;
    let alike = |(name, var): &(String, candle_core::Var)| Ok((name.clone(), var.rank() == 2 && twins(var)?));
    let found = named_vars(&vars).iter().map(alike).collect::<Result<Vec<_>>>()?;
    let found: Vec<_> = found.iter().filter(|(_, alike)| *alike).map(|(name, _)| name.as_str()).collect();
    assert_eq!(found, ["hidden.weight"]);
    Ok(())
}
