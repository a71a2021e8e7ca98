//! Numbers of training steps: by seed, name and step alone, of the right distribution, and a run with dropout repeats itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use acceptance::values::bits;
use candle_core::{DType, Device, Result, Tensor};
use candle_init::counter_rng::{Distribution, Stream};
use candle_init::{Error, Initializer, Noise, init};
use candle_nn::{AdamW, Linear, Module, ModuleT, Optimizer, ParamsAdamW, VarMap, linear, loss};

const CPU: Device = Device::Cpu;

/// The numbers are those of the stream that the documentation names, and no weight's.
#[test]
fn noise_is_a_stream_of_its_step() -> Result<()> {
    let (noise, normal) = (Noise::new(5), Distribution::normal(0.0, 1.0).unwrap());
    let copy = noise.clone();
    copy.set_step(9);
    assert_eq!(noise.step(), 9);
    let due = Stream::new(5, "h.0.drop@9").vec::<f32>(&normal, 0..1000).unwrap();
    assert_eq!(noise.normal("h.0.drop", 1000, DType::F32, &CPU)?.to_vec1::<f32>()?, due);
    let like = Tensor::zeros((20, 50), DType::BF16, &CPU)?;
    let rounded = Tensor::from_vec(due, (20, 50), &CPU)?.to_dtype(DType::BF16)?;
    assert_eq!(bits(&noise.normal_like("h.0.drop", &like)?)?, bits(&rounded)?);
    let weight = Initializer::new(5).tensor("h.0.drop", 1000, init::normal(0.0, 1.0), DType::F32, &CPU)?;
    assert_ne!(weight.to_vec1::<f32>()?, noise.normal("h.0.drop", 1000, DType::F32, &CPU)?.to_vec1::<f32>()?);
    Ok(())
}

/// The share that is dropped is `p` (a false alarm in 10⁹ runs at most), the mean is kept, and gradients pass what is kept.
#[test]
fn dropout_drops_its_share() -> Result<()> {
    let count = 1 << 20;
    for (p, dtype) in [(0.1, DType::F32), (0.5, DType::BF16), (0.9, DType::F16), (0.25, DType::F64)] {
        let dropout = Noise::new(3).dropout("drop", p).unwrap();
        assert_eq!(dropout.p(), p);
        let x = candle_core::Var::ones(count, dtype, &CPU)?;
        let y = dropout.forward_t(&x, true)?;
        let kept = y.ne(0.0)?.to_dtype(DType::F64)?.sum_all()?.to_scalar::<f64>()?;
        let deviation = (p * (1.0 - p) * count as f64).sqrt();
        assert!((kept - (1.0 - p) * count as f64).abs() < 6.2 * deviation, "{p}: {kept}");
        // What is kept makes up for what is not: 1/(1 − p), which is rounded once.
        let largest = y.to_dtype(DType::F64)?.max_all()?.to_scalar::<f64>()?;
        assert!((largest * (1.0 - p) - 1.0).abs() < 4e-3, "{p}: {largest}");
        let gradient = y.sum_all()?.backward()?;
        assert_eq!(bits(gradient.get(&x).unwrap())?, bits(&y)?);
        assert_eq!(bits(&dropout.forward_t(&x, false)?)?, bits(&x)?);
    }
    let whole = Noise::new(3).dropout("drop", 0.0).unwrap();
    let x = Tensor::ones(64, DType::F32, &CPU)?;
    assert_eq!(bits(&whole.forward_t(&x, true)?)?, bits(&x)?);
    for p in [-0.1, 1.0, 1.5, f64::NAN] {
        assert!(matches!(Noise::new(3).dropout("drop", p), Err(Error::Number { .. })), "{p}");
    }
    Ok(())
}

/// Every order of four is as frequent as another: a chi-squared of 23 degrees beyond 95 has a chance below 10⁻⁹.
#[test]
fn orders_are_permutations_and_all_alike() {
    let noise = Noise::new(11);
    let mut counts = std::collections::BTreeMap::new();
    let runs = 24_000;
    for step in 0..runs {
        noise.set_step(step);
        *counts.entry(noise.permutation("batches", 4)).or_insert(0_u32) += 1;
    }
    let due = runs as f64 / 24.0;
    let squared: f64 = counts.values().map(|&count| (f64::from(count) - due).powi(2) / due).sum();
    assert!(counts.len() == 24 && squared < 95.0, "{squared}: {counts:?}");
    let mut long = noise.permutation("long", 100_000);
    assert_ne!(long, (0..100_000).collect::<Vec<_>>());
    long.sort_unstable();
    assert_eq!(long, (0..100_000).collect::<Vec<_>>());
    assert!(noise.permutation("none", 0).is_empty());
}

/// A net with dropout after its hidden layer, wide enough that candle's products use all threads, trained on noise: its
/// losses.
fn losses(seed: u64, from: u64, net: &(Linear, Linear), vars: &VarMap) -> Result<Vec<f32>> {
    let noise = Noise::new(seed);
    let dropout = noise.dropout("hidden", 0.3).map_err(candle_core::Error::from)?;
    let x = Noise::new(1).normal("x", (128, 128), DType::F32, &CPU)?;
    let labels = Tensor::from_vec((0..128).map(|i| i % 4).collect::<Vec<u32>>(), 128, &CPU)?;
    let mut adam = AdamW::new(candle_init::trainable_vars(vars), ParamsAdamW::default())?;
    let step = |step| -> Result<f32> {
        noise.set_step(step);
        let hidden = dropout.forward_t(&net.0.forward(&x)?.relu()?, true)?;
        let loss = loss::cross_entropy(&net.1.forward(&hidden)?, &labels)?;
        adam.backward_step(&loss)?;
        loss.to_scalar()
    };
    (from..from + 30).map(step).collect()
}

/// The losses of a run, to the last bit, with one thread and with two; another seed gives others.
#[test]
fn a_run_with_dropout_repeats_itself() -> Result<()> {
    let run = |seed: u64, threads: usize| -> Result<Vec<u32>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let vars = VarMap::new();
            let vb = Initializer::new(2).var_builder(&vars, DType::F32, &CPU);
            let net = (linear(128, 256, vb.pp("a"))?, linear(256, 4, vb.pp("b"))?);
            Ok(losses(seed, 0, &net, &vars)?.into_iter().map(f32::to_bits).collect())
        })
    };
    let first = run(7, 1)?;
    assert_eq!(first, run(7, 1)?);
    assert_eq!(first, run(7, 2)?);
    assert_ne!(first, run(8, 1)?);
    assert!(f32::from_bits(first[29]) < f32::from_bits(first[0]), "it does not train");
    Ok(())
}
