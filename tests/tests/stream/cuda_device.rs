//! The conformance test on a GPU: the bits of the processor, nothing else touched, through every door. Without a GPU, or in a
//! build without the feature `cuda`, each test says that it was skipped.

use std::error::Error;

use acceptance::cuda_conformance::{LENGTHS, LONG, STARTS, distributions, expected, stream};
use acceptance::cuda_host::skipped;
use acceptance::values::bits;
use candle_core::{DType, Device, Tensor, WithDType};
use candle_init::counter_rng::{Distribution, Element};
use candle_init::{Init, Initializer, elements, init, named_vars, refill};
use candle_nn::{VarBuilder, VarMap};
use float8::F8E4M3;
use half::{bf16, f16};

pub(super) type Outcome = Result<(), Box<dyn Error>>;

/// Elements around an output that no launch may touch.
const GUARD: usize = 16;

/// Set by `scripts/gpu-check`: a GPU that cannot be opened is then a failure.
const REQUIRED: &str = "CANDLE_INIT_GPU";

/// Every GPU that candle opens: the first on two streams, and the second if there is one.
pub(super) fn devices() -> Result<Vec<Device>, Box<dyn Error>> {
    match Device::new_cuda(0) {
        Ok(first) => {
            let others = [Device::new_cuda_with_stream(0), Device::new_cuda(1)];
            Ok(std::iter::once(first).chain(others.into_iter().flatten()).collect())
        }
        Err(error) if std::env::var_os(REQUIRED).is_some() => Err(error.into()),
        Err(_) => {
            skipped("no CUDA device, or a build without `--features cuda`: nothing was drawn on a GPU");
            Ok(Vec::new())
        }
    }
}

/// What the memory holds before.
fn poison<T: Element + WithDType>(count: usize, device: &Device) -> Result<Tensor, Box<dyn Error>> {
    Ok(Tensor::from_vec(vec![T::nearest(-208.0); count], count, device)?)
}

fn bytes<T: Element + WithDType>(tensor: &Tensor) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(bytemuck::cast_slice(&tensor.to_vec1::<T>()?).to_vec())
}

/// Elements of a distribution in the midst of poison; `false` where the dtype refuses the distribution.
fn examined<T: Element + WithDType>(
    device: &Device,
    distribution: &Distribution,
    start: u64,
    length: usize,
    shift: usize,
) -> Result<bool, Box<dyn Error>> {
    let (at, count) = (GUARD + shift, 2 * GUARD + shift + length);
    let memory = poison::<T>(count, device)?;
    let view = memory.narrow(0, at, length)?;
    let Some(values) = expected::<T>(distribution, start, length) else {
        assert!(refill(&view, &stream(), distribution, start).is_err(), "{distribution:?} is not refused");
        return Ok(false);
    };
    refill(&view, &stream(), distribution, start)?;
    let mut wanted = bytes::<T>(&poison::<T>(count, &Device::Cpu)?)?;
    wanted.splice(at * size_of::<T>()..(at + length) * size_of::<T>(), values);
    assert!(
        bytes::<T>(&memory)? == wanted,
        "{distribution:?} {} {start}+{length}, shifted by {shift}",
        T::NAME
    );
    Ok(true)
}

fn conforms<T: Element + WithDType>() -> Outcome {
    for device in devices()? {
        for distribution in distributions()? {
            if !examined::<T>(&device, &distribution, 77, LONG, 13)? {
                continue;
            }
            for start in STARTS {
                for (i, length) in LENGTHS.into_iter().enumerate() {
                    examined::<T>(
                        &device,
                        &distribution,
                        start,
                        length,
                        [0, 1, (start % 64) as usize][i % 3],
                    )?;
                }
            }
        }
    }
    Ok(())
}

#[test]
fn f32_as_the_processor() -> Outcome {
    conforms::<f32>()
}

#[test]
fn bf16_as_the_processor() -> Outcome {
    conforms::<bf16>()
}

#[test]
fn f16_as_the_processor() -> Outcome {
    conforms::<f16>()
}

#[test]
fn f8_as_the_processor() -> Outcome {
    conforms::<F8E4M3>()
}

/// More elements than a grid has threads for at once: each thread goes around.
#[test]
fn a_launch_that_goes_around() -> Outcome {
    let length = (1 << 28) + 12_345;
    for device in devices()?.into_iter().take(1) {
        assert!(examined::<F8E4M3>(&device, &Distribution::normal(0.1, 1.5)?, 5, length, 0)?);
        assert!(examined::<bf16>(
            &device,
            &Distribution::truncated_normal(0.0, 1.0, -2.0, 2.0)?,
            1 << 36,
            length,
            0
        )?);
    }
    Ok(())
}

/// Drawn into new memory, f64 from the processor too.
#[test]
fn elements_as_on_the_processor() -> Outcome {
    for device in devices()? {
        for distribution in [
            Distribution::constant(0.3)?,
            Distribution::uniform(-0.5, 0.9)?,
            Distribution::normal(0.0, 0.02)?,
        ] {
            for dtype in [DType::F32, DType::F64, DType::BF16, DType::F16, DType::F8E4M3] {
                for range in [0..0, 0..1, 100..70_003] {
                    let there = elements(&stream(), &distribution, range.clone(), dtype, &device)?;
                    assert!(there.device().same_device(&device) && there.dtype() == dtype);
                    let here = elements(&stream(), &distribution, range, dtype, &Device::Cpu)?;
                    assert_eq!(
                        bits(&there.to_device(&Device::Cpu)?)?,
                        bits(&here)?,
                        "{distribution:?} {dtype:?}"
                    );
                }
            }
        }
    }
    Ok(())
}

/// A layer of each kind, and distributions that only the processor can make.
fn model(vb: &VarBuilder<'_>) -> candle_core::Result<()> {
    candle_nn::embedding(1003, 96, vb.pp("wte"))?;
    candle_nn::linear(96, 384, vb.pp("fc"))?;
    candle_nn::linear(384, 96, vb.pp("h.3.c_proj"))?;
    candle_nn::layer_norm(96, 1e-5, vb.pp("norm"))?;
    candle_nn::conv2d(3, 16, 5, candle_nn::Conv2dConfig::default(), vb.pp("conv"))?;
    candle_nn::linear(96, 64, vb.pp("orthogonal"))?;
    vb.get((7, 5), "cut.weight").map(|_| ())
}

fn built(dtype: DType, device: &Device) -> Result<VarMap, Box<dyn Error>> {
    let vars = VarMap::new();
    let residual = Init::Randn { mean: 0.0, stdev: 0.02 };
    let init = Initializer::new(42)
        .rule("orthogonal.weight", init::ORTHOGONAL)
        .rule("*.c_proj.weight", residual.times(0.25))
        .rule("wte.weight", residual.zero_row(0))
        .rule("cut.weight", init::HE_TRUNCATED_NORMAL)
        .weights(init::HE_UNIFORM);
    model(&init.var_builder(&vars, dtype, device))?;
    Ok(vars)
}

#[test]
fn a_model_as_on_the_processor() -> Outcome {
    for device in devices()? {
        for dtype in [DType::F32, DType::F64, DType::BF16, DType::F16] {
            let (there, here) =
                (named_vars(&built(dtype, &device)?), named_vars(&built(dtype, &Device::Cpu)?));
            assert_eq!(there.len(), here.len());
            for ((name, there), (_, here)) in there.iter().zip(&here) {
                assert!(there.is_variable() && there.device().same_device(&device), "{name}");
                assert_eq!(bits(&there.to_device(&Device::Cpu)?)?, bits(here)?, "{name} {dtype:?}");
            }
        }
    }
    Ok(())
}

/// What a dtype cannot hold is refused before there is memory, as on the processor.
#[test]
fn refusals_are_the_same() -> Outcome {
    let distribution = Init::Randn { mean: 0.0, stdev: 30_000.0 };
    let refused = |device: &Device| {
        Initializer::new(1).tensor("w", (8, 8), distribution, DType::F16, device).map_err(|e| e.to_string())
    };
    for device in devices()? {
        let (there, here) = (refused(&device).err(), refused(&Device::Cpu).err());
        assert!(there.is_some() && there == here, "{there:?} {here:?}");
    }
    Ok(())
}

/// The test itself, on the processor: the poison stays, and another start is seen.
#[test]
fn the_exam_is_not_blind() -> Outcome {
    let distribution = Distribution::normal(0.0, 1.0)?;
    assert!(examined::<f32>(&Device::Cpu, &distribution, 63, 65, 1)?);
    assert!(examined::<f32>(&Device::Cpu, &distribution, 63, 0, 1)?);
    assert!(!examined::<f16>(&Device::Cpu, &Distribution::normal(0.0, 1e-39)?, 0, 65, 1)?);
    let memory = poison::<f32>(100, &Device::Cpu)?;
    refill(&memory.narrow(0, 10, 65)?, &stream(), &distribution, 64)?;
    let values = bytes::<f32>(&memory)?;
    assert!(values[40..300] != expected::<f32>(&distribution, 63, 65).unwrap_or_default());
    assert_eq!(values[..40], bytes::<f32>(&poison::<f32>(10, &Device::Cpu)?)?);
    Ok(())
}
