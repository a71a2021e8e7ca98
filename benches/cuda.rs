//! What drawing on a GPU takes, as a share of a memset of the same bytes on the same device, beside candle's own
//! generator (cuRAND); then whole models. Prints a table to paste.
//!
//! `cargo bench --features cuda --bench cuda`, or `scripts/gpu-check`. `-- --quick` leaves out what is above 256 Mi elements.
//! Every figure is the best of several rounds of several launches, each round ended by one wait for the device.

use std::time::{Duration, Instant};

use candle_core::cuda_backend::WrapErr;
use candle_core::{CudaDevice, DType, Device, Shape, Tensor, Var};
use candle_init::counter_rng::{Distribution, Stream};
use candle_init::{Init, Initializer, elements, init, refill};
use candle_nn::{Init as Hint, VarMap};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const ROUNDS: usize = 5;
const DTYPES: [DType; 4] = [DType::F32, DType::BF16, DType::F16, DType::F8E4M3];

struct Gpu {
    device: Device,
    cuda: CudaDevice,
}

impl Gpu {
    fn open() -> Outcome<Self> {
        let device = Device::new_cuda(0)?;
        let cuda = device.as_cuda_device()?.clone();
        let context = cuda.cuda_stream().context().clone();
        let (major, minor) = context.compute_capability().w()?;
        let memory = context.total_mem().w()? >> 30;
        println!("{}, compute capability {major}.{minor}, {memory} GiB\n", context.name().w()?);
        Ok(Self { device, cuda })
    }

    /// The shortest mean time of `launches` calls, after one that warms up.
    fn best(&self, launches: u32, mut work: impl FnMut() -> Outcome) -> Outcome<Duration> {
        work()?;
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            self.device.synchronize()?;
            let start = Instant::now();
            (0..launches).try_for_each(|_| work())?;
            self.device.synchronize()?;
            best = best.min(start.elapsed() / launches);
        }
        Ok(best)
    }

    fn memset(&self, bytes: usize, launches: u32) -> Outcome<Duration> {
        let stream = self.cuda.cuda_stream();
        let mut memory = self.cuda.alloc_zeros::<u8>(bytes)?;
        self.best(launches, || Ok(stream.memset_zeros(&mut memory).w()?))
    }

    /// Into memory that exists, after a look at its values.
    fn fill(
        &self,
        distribution: &Distribution,
        count: usize,
        dtype: DType,
        launches: u32,
    ) -> Outcome<Duration> {
        let stream = Stream::new(42, "bench");
        let memory = Tensor::zeros(count, dtype, &self.device)?;
        let time = self.best(launches, || Ok(refill(&memory, &stream, distribution, 0)?))?;
        let first = count.min(1000);
        let here =
            elements(&stream, distribution, 0..first as u64, DType::F32, &Device::Cpu)?.to_dtype(dtype)?;
        let there = memory.narrow(0, 0, first)?.to_device(&Device::Cpu)?;
        let values = |tensor: &Tensor| tensor.to_dtype(DType::F32)?.to_vec1::<f32>();
        if values(&here)? != values(&there)? {
            return Err(format!("{distribution:?} {dtype:?}: other values than on the processor").into());
        }
        Ok(time)
    }

    /// candle's own, which has two distributions, makes new memory each time, and draws narrow dtypes as f32 first.
    fn candle(&self, distribution: &str, count: usize, dtype: DType, launches: u32) -> Option<Duration> {
        let draw = || match distribution {
            "uniform" => Var::rand_f64(-0.5, 0.5, count, dtype, &self.device),
            _ => Var::randn_f64(0.0, 0.5, count, dtype, &self.device),
        };
        if distribution == "truncated" {
            return None;
        }
        self.best(launches, || Ok(draw().map(drop)?)).ok()
    }
}

fn distributions() -> Outcome<[(&'static str, Distribution); 3]> {
    Ok([
        ("uniform", Distribution::uniform(-0.5, 0.5)?),
        ("normal", Distribution::normal(0.0, 0.5)?),
        ("truncated", Distribution::truncated_normal(0.0, 0.5, -1.0, 1.0)?),
    ])
}

/// Parts of the goal that the project has set itself for an H200.
fn goal(distribution: &str, dtype: DType) -> &'static str {
    match (distribution, dtype) {
        ("uniform", DType::F32 | DType::BF16) => "0.85",
        ("normal", DType::F32) => "0.75",
        ("normal", DType::BF16) => "0.60",
        _ => "",
    }
}

fn micros(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

fn fills(gpu: &Gpu, sizes: &[usize]) -> Outcome {
    println!(
        "| elements | distribution | dtype | memset, µs | here, µs | share of memset | goal | candle (cuRAND), µs |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for &count in sizes {
        let launches = ((1_usize << 28) / count).clamp(2, 50) as u32;
        for (name, distribution) in distributions()? {
            for dtype in DTYPES {
                let label = format!("| {} Mi | {name} | {} |", count >> 20, dtype.as_str());
                let memset = gpu.memset(count * dtype.size_in_bytes(), launches);
                let Ok((memset, here)) =
                    memset.and_then(|m| Ok((m, gpu.fill(&distribution, count, dtype, launches)?)))
                else {
                    println!("{label} no memory, or other values | | | | |");
                    continue;
                };
                let candle = gpu.candle(name, count, dtype, launches).map_or_else(|| "–".into(), micros);
                let share = memset.as_secs_f64() / here.as_secs_f64();
                let goal = goal(name, dtype);
                println!("{label} {} | {} | {share:.3} | {goal} | {candle} |", micros(memset), micros(here));
            }
        }
    }
    Ok(())
}

/// Name and shape of each parameter.
type Parameters = Vec<(String, Shape)>;

/// GPT-2 small: 124 million parameters in 148 tensors.
fn gpt2() -> Parameters {
    let mut all: Parameters =
        vec![("wte.weight".into(), (50_257, 768).into()), ("wpe.weight".into(), (1024, 768).into())];
    for layer in 0..12 {
        let mut add = |name: &str, shape: Shape| all.push((format!("h.{layer}.{name}"), shape));
        for (name, rows, cols) in [
            ("attn.c_attn", 2304, 768),
            ("attn.c_proj", 768, 768),
            ("mlp.c_fc", 3072, 768),
            ("mlp.c_proj", 768, 3072),
        ] {
            add(&format!("{name}.weight"), (rows, cols).into());
            add(&format!("{name}.bias"), rows.into());
        }
        for norm in ["ln_1", "ln_2"] {
            add(&format!("{norm}.weight"), 768.into());
            add(&format!("{norm}.bias"), 768.into());
        }
    }
    all.extend([("ln_f.weight".into(), 768.into()), ("ln_f.bias".into(), 768.into())]);
    all
}

/// The shapes of Llama 7B: 6.7 billion parameters.
fn seven_b() -> Parameters {
    let mut all: Parameters =
        ["embed_tokens.weight", "lm_head.weight"].map(|n| (n.into(), (32_000, 4096).into())).into();
    for layer in 0..32 {
        for name in ["q_proj", "k_proj", "v_proj", "o_proj"] {
            all.push((format!("layers.{layer}.{name}.weight"), (4096, 4096).into()));
        }
        for (name, rows, cols) in
            [("gate_proj", 11_008, 4096), ("up_proj", 11_008, 4096), ("down_proj", 4096, 11_008)]
        {
            all.push((format!("layers.{layer}.{name}.weight"), (rows, cols).into()));
        }
        for name in ["ln_1", "ln_2"] {
            all.push((format!("layers.{layer}.{name}.weight"), 4096.into()));
        }
    }
    all.push(("ln_f.weight".into(), 4096.into()));
    all
}

/// The time in which a `VarBuilder` makes all of a model's parameters, the wait for the device included.
fn model(gpu: &Gpu, parameters: &Parameters, dtype: DType) -> Outcome<Duration> {
    let normal = Init::Randn { mean: 0.0, stdev: 0.02 };
    let init =
        Initializer::new(42).rule("*ln_*.weight", init::ONES).rule("*.bias", init::ZEROS).rule("*", normal);
    let mut best = Duration::MAX;
    for _ in 0..=ROUNDS {
        let vars = VarMap::new();
        let vb = init.var_builder(&vars, dtype, &gpu.device);
        gpu.device.synchronize()?;
        let start = Instant::now();
        for (name, shape) in parameters {
            vb.get_with_hints(shape.clone(), name, Hint::Const(0.0))?;
        }
        gpu.device.synchronize()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

fn models(gpu: &Gpu, quick: bool) -> Outcome {
    println!("\n| model | dtype | parameters | ms, from the first request until all are there | goal |");
    println!("|---|---|---|---|---|");
    let row = |name: &str, parameters: Parameters, dtype: DType, goal: &str| -> Outcome {
        let count: usize = parameters.iter().map(|(_, shape)| shape.elem_count()).sum();
        let time = model(gpu, &parameters, dtype)?.as_secs_f64() * 1e3;
        println!("| {name} | {} | {} M | {time:.2} | {goal} |", dtype.as_str(), count / 1_000_000);
        Ok(())
    };
    row("GPT-2 small", gpt2(), DType::F32, "5 ms of the device's time")?;
    row("GPT-2 small", gpt2(), DType::BF16, "")?;
    if !quick {
        row("7 B", seven_b(), DType::BF16, "100 ms")?;
    }
    Ok(())
}

fn main() -> Outcome {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let gpu = Gpu::open()?;
    // Two warm-ups: the driver compiles the kernels at the first launch, and its memory pool grows.
    gpu.fill(&Distribution::uniform(0.0, 1.0)?, 1 << 24, DType::F32, 2)?;
    let sizes: &[usize] =
        if quick { &[1 << 20, 1 << 24, 1 << 28] } else { &[1 << 20, 1 << 24, 1 << 28, 1 << 30, 1 << 32] };
    fills(&gpu, sizes)?;
    models(&gpu, quick)
}
