//! The short table: candle-init beside candle, `rand_distr` and memset, all in one run of two minutes.
//!
//! `cargo bench --bench ratios`; `-- --quick` leaves large tensors out, `-- --json FILE` also writes the rows. Read the
//! ratios: other load and another machine change the absolutes. What stands in one line took turns, `rand_distr` excepted;
//! memset has as many threads as candle-init.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use candle_core::{DType, Device};
use candle_init::{Init, Initializer, orthonormal};
use candle_init_benches::measure::{best, best_of_each, nanoseconds};
use candle_init_benches::model::{MODELS, best_in_fresh_processes, did_task};
use candle_init_benches::row::{self, Row};
use counter_rng::{Distribution, Element, Purpose, Stream};
use half::bf16;
use rand::SeedableRng;
use rand_distr::{StandardNormal, StandardUniform};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// What is measured, and the rows so far.
struct Run {
    patience: Duration,
    sizes: Vec<usize>,
    matrices: Vec<usize>,
    rows: Vec<Row>,
}

impl Run {
    fn new(quick: bool, test: bool) -> Self {
        let (sizes, matrices, patience) = match (test, quick) {
            (true, _) => (vec![1 << 10], vec![64], 1),
            (_, true) => (vec![1 << 10, 1 << 16, 1 << 22, 1 << 24], vec![1024, 2048], 300),
            _ => (vec![1 << 10, 1 << 16, 1 << 22, 1 << 26], vec![1024, 2048, 4096], 700),
        };
        Self { patience: Duration::from_millis(patience), sizes, matrices, rows: Vec::new() }
    }

    /// Prints one line and keeps its rows; the first is ours, and what the others are compared with.
    fn line(&mut self, what: [&str; 3], elements: usize, threads: usize, times: &[(&str, Duration)]) {
        let [distribution, dtype, state] = what;
        print!("{distribution:<10} {dtype:<5} {elements:>9} {threads:>7} ");
        for (who, time) in times {
            let ns = nanoseconds(*time, elements);
            let ratio = time.as_secs_f64() / times[0].1.as_secs_f64();
            if *who == times[0].0 {
                print!(" {who} {ns:6.3}");
            } else {
                print!(" | {who} {ns:6.3} = {ratio:5.2} ×");
            }
            self.rows.push(Row {
                who: (*who).into(),
                distribution: distribution.into(),
                dtype: dtype.into(),
                elements,
                state: state.into(),
                threads,
                ns,
                seconds: (distribution == "orthogonal").then_some(time.as_secs_f64()),
                ..Row::default()
            });
        }
        println!();
    }
}

fn distributions() -> Result<[(&'static str, Distribution); 4], counter_rng::Error> {
    Ok([
        ("constant", Distribution::constant(0.5)?),
        ("uniform", Distribution::uniform(-0.5, 0.5)?),
        ("normal", Distribution::normal(0.0, 0.5)?),
        ("truncated", Distribution::truncated_normal(0.0, 0.5, -1.0, 1.0)?),
    ])
}

/// The same byte everywhere, by as many threads as we have.
fn memset(bytes: &mut [u8]) {
    if rayon::current_num_threads() == 1 || bytes.len() < 1 << 20 {
        bytes.fill(black_box(7));
    } else {
        bytes.par_chunks_mut(1 << 19).for_each(|part| part.fill(black_box(7)));
    }
}

/// Into memory that exists: the kernels, beside memset and beside `rand_distr` over ChaCha12.
fn touched<T: Element>(run: &mut Run, threads: usize) -> anyhow::Result<()> {
    let (pool, stream) = (ThreadPoolBuilder::new().num_threads(threads).build()?, Stream::new(42, "bench"));
    let least = if run.sizes.len() > 1 { 1 << 16 } else { 0 };
    for elements in run.sizes.clone().into_iter().filter(|elements| *elements >= least) {
        let (mut out, mut raw) = (vec![T::nearest(1.0); elements], vec![1_u8; elements * size_of::<T>()]);
        for (name, distribution) in distributions()? {
            let mut result = Ok(());
            let mut ours = || result = stream.fill(&distribution, 0, black_box(&mut out));
            let mut memset = || memset(black_box(&mut raw));
            let [a, b] = pool.install(|| best_of_each(run.patience, [&mut ours, &mut memset]));
            result?;
            let mut times = vec![("candle-init", a), ("memset", b)];
            if let Some(time) = by_hand::<T>(run, name, elements).filter(|_| threads == 1) {
                times.push(("rand_distr", time));
            }
            run.line([name, T::NAME, "touched"], elements, threads, &times);
        }
    }
    Ok(())
}

/// What one would write by hand, in `f32` and at one size: it does not depend on it.
fn by_hand<T: Element>(run: &Run, distribution: &str, elements: usize) -> Option<Duration> {
    let mut out = vec![0_f32; (T::NAME == "f32" && elements == 1 << 22).then_some(elements)?];
    let mut rng = rand::rngs::StdRng::seed_from_u64(42);
    Some(match distribution {
        "uniform" => best(run.patience, || {
            let draws = rand_distr::Distribution::<f32>::sample_iter(StandardUniform, &mut rng);
            black_box(&mut out).iter_mut().zip(draws).for_each(|(o, u)| *o = u - 0.5);
        }),
        "normal" => best(run.patience, || {
            let draws = rand_distr::Distribution::<f32>::sample_iter(StandardNormal, &mut rng);
            black_box(&mut out).iter_mut().zip(draws).for_each(|(o, z)| *o = 0.5 * z);
        }),
        _ => return None,
    })
}

/// A new variable, as a model's constructor makes it: allocation, page faults and values, by all threads.
fn fresh(run: &mut Run, dtype: DType) -> anyhow::Result<()> {
    let cases: [(&str, Init, Option<candle_nn::Init>); 3] = [
        (
            "uniform",
            Init::Uniform { lo: -0.5, up: 0.5 },
            Some(candle_nn::Init::Uniform { lo: -0.5, up: 0.5 }),
        ),
        (
            "normal",
            Init::Randn { mean: 0.0, stdev: 0.5 },
            Some(candle_nn::Init::Randn { mean: 0.0, stdev: 0.5 }),
        ),
        ("truncated", "truncated_normal(std=0.5)".parse()?, None),
    ];
    let (init, threads) = (Initializer::new(42), rayon::current_num_threads());
    for elements in run.sizes.clone() {
        for (name, distribution, hint) in cases {
            let shape = (elements / 64, 64);
            // Once where an error is seen: the runs that are timed drop what they get.
            init.var("weight", shape, distribution, dtype, &Device::Cpu)?;
            hint.map(|hint| hint.var(shape, dtype, &Device::Cpu)).transpose()?;
            let mut ours = || drop(black_box(init.var("weight", shape, distribution, dtype, &Device::Cpu)));
            let mut memset = || {
                let mut new: Vec<u8> = bytemuck::zeroed_vec(black_box(elements * dtype.size_in_bytes()));
                memset(black_box(&mut new));
            };
            let mut candle = || drop(black_box(hint.map(|hint| hint.var(shape, dtype, &Device::Cpu))));
            let [a, b, c] = best_of_each(run.patience, [&mut ours, &mut memset, &mut candle]);
            let times = [("candle-init", a), ("memset", b), ("candle", c)];
            let shown = if hint.is_some() { &times[..] } else { &times[..2] };
            run.line([name, dtype.as_str(), "fresh"], elements, threads, shown);
        }
    }
    Ok(())
}

fn orthogonal(run: &mut Run) -> anyhow::Result<()> {
    let (stream, threads) =
        (Stream::with_purpose(42, "weight", Purpose::Auxiliary), rayon::current_num_threads());
    for size in run.matrices.clone() {
        orthonormal::<f32>(size, size, &stream, 0)?;
        let time = best(run.patience, || drop(black_box(orthonormal::<f32>(size, size, &stream, 0))));
        run.line(["orthogonal", "f32", "fresh"], size * size, threads, &[("candle-init", time)]);
        println!("{:>35} {size} × {size}: {:.3} s", "", time.as_secs_f64());
    }
    Ok(())
}

/// GPT-2 small, in processes of its own.
fn models(run: &mut Run) -> anyhow::Result<()> {
    for dtype in ["f32", "bf16"] {
        let mut seconds = [0.0; 2];
        for (who, seconds) in ["candle-init", "candle"].into_iter().zip(&mut seconds) {
            let row =
                best_in_fresh_processes(MODELS[0].name, dtype, who, if run.sizes.len() > 1 { 5 } else { 1 })?;
            *seconds = row.seconds.unwrap_or(f64::NAN);
            let peak = row.peak_mib.unwrap_or(f64::NAN);
            println!("{} {dtype}, first build by {who}: {seconds:.3} s, peak {peak:.0} MiB", MODELS[0].name);
            run.rows.push(row);
        }
        println!("{:>4}candle takes {:.1} times as long", "", seconds[1] / seconds[0]);
    }
    Ok(())
}

fn main() -> anyhow::Result<()> {
    if did_task()? {
        return Ok(());
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let json = arguments.iter().position(|a| a == "--json").and_then(|at| arguments.get(at + 1));
    let mut run = Run::new(has("--quick"), has("--test"));
    println!(
        "kernel {}; ns an element; n × is how many times as long as candle-init",
        counter_rng::Kernel::detect().name()
    );
    println!("\nmemory that exists\nlaw        dtype  elements threads");
    touched::<f32>(&mut run, 1)?;
    touched::<bf16>(&mut run, 1)?;
    touched::<f32>(&mut run, rayon::current_num_threads())?;
    println!("\na new variable\nlaw        dtype  elements threads");
    fresh(&mut run, DType::F32)?;
    fresh(&mut run, DType::BF16)?;
    orthogonal(&mut run)?;
    println!("\na whole model");
    models(&mut run)?;
    json.map_or(Ok(()), |path| row::write(&run.rows, Path::new(path)))?;
    Ok(())
}
