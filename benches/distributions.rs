//! Every distribution and dtype, as a new variable and into memory that exists, by one thread and by two, beside candle, memset
//! and `rand_distr` in one run.
//!
//! `cargo bench --bench distributions` takes some minutes; one group with `-- fresh/normal/f32`. `CANDLE_INIT_BENCH=large` adds
//! tensors of 64 Mi and 256 Mi elements. Read the ratios, not the absolutes.

use std::hint::black_box;
use std::time::Duration;

use candle_core::{DType, Device};
use candle_init::{Init, Initializer};
use candle_init_benches::{DTYPES, LAWS, sizes};
use counter_rng::{Distribution, Element, Stream};
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use float8::F8E4M3;
use half::{bf16, f16};
use rand::SeedableRng;
use rand_distr::{Distribution as _, StandardNormal, StandardUniform};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// One thread and two.
type Pools = [(&'static str, ThreadPool); 2];

fn pools() -> Result<Pools, ThreadPoolBuildError> {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    Ok([("candle-init, 1 thread", pool(1)?), ("candle-init, 2 threads", pool(2)?)])
}

/// The same bytes, all of one value: what memory itself takes.
fn memset(group: &mut Group<'_>, bytes: usize, size: usize, fresh: bool) {
    group.bench_function(BenchmarkId::new("memset", size), |b| {
        if fresh {
            b.iter(|| black_box(vec![7_u8; black_box(bytes)]));
        } else {
            let mut out = vec![1_u8; bytes];
            b.iter(|| black_box(out.as_mut_slice()).fill(black_box(7)));
        }
    });
}

/// What a user pays: allocation, page faults and values of a new variable.
///
/// An error is seen once, before: the runs that are timed drop what they get.
fn fresh(
    group: &mut Group<'_>,
    pools: &Pools,
    hint: candle_nn::Init,
    dtype: DType,
    size: usize,
) -> candle_core::Result<()> {
    let (init, distribution) = (Initializer::new(42), Init::from(hint));
    let shape = (size / 64, 64);
    init.var("weight", shape, distribution, dtype, &Device::Cpu)?;
    hint.var(shape, dtype, &Device::Cpu)?;
    group.bench_function(BenchmarkId::new("candle", size), |b| {
        b.iter(|| black_box(hint.var(shape, dtype, &Device::Cpu)));
    });
    for (name, pool) in pools {
        group.bench_function(BenchmarkId::new(*name, size), |b| {
            pool.install(|| {
                b.iter(|| black_box(init.var("weight", shape, distribution, dtype, &Device::Cpu)));
            });
        });
    }
    memset(group, size * dtype.size_in_bytes(), size, true);
    Ok(())
}

fn touched<T: Element>(c: &mut Criterion, pools: &Pools) -> Result<(), counter_rng::Error> {
    let distributions = [
        ("constant", Distribution::constant(0.5)?),
        ("uniform", Distribution::uniform(-0.5, 0.5)?),
        ("normal", Distribution::normal(0.0, 0.5)?),
        ("truncated", Distribution::truncated_normal(0.0, 0.5, -1.0, 1.0)?),
    ];
    let stream = Stream::new(42, "weight");
    for (name, distribution) in distributions {
        let mut group = c.benchmark_group(format!("touched/{name}/{}", T::NAME));
        for size in sizes() {
            group.throughput(Throughput::Elements(size as u64));
            let mut out = vec![T::nearest(1.0); size];
            stream.fill(&distribution, 0, &mut out)?;
            for (kind, pool) in pools {
                group.bench_function(BenchmarkId::new(*kind, size), |b| {
                    pool.install(|| b.iter(|| stream.fill(&distribution, 0, black_box(&mut out))));
                });
            }
            memset(&mut group, size * size_of::<T>(), size, false);
        }
    }
    Ok(())
}

/// What one would write by hand: `rand_distr` over a fast generator, into memory that exists.
fn rand_distr(c: &mut Criterion) {
    let mut group = c.benchmark_group("rand_distr/f32");
    for size in sizes() {
        group.throughput(Throughput::Elements(size as u64));
        let (mut out, mut rng) = (vec![0_f32; size], rand::rngs::StdRng::seed_from_u64(42));
        group.bench_function(BenchmarkId::new("normal", size), |b| {
            b.iter(|| black_box(&mut out).iter_mut().for_each(|o| *o = StandardNormal.sample(&mut rng)));
        });
        group.bench_function(BenchmarkId::new("uniform", size), |b| {
            b.iter(|| black_box(&mut out).iter_mut().for_each(|o| *o = StandardUniform.sample(&mut rng)));
        });
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut c = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .without_plots()
        .configure_from_args();
    let pools = pools()?;
    for (name, hint) in LAWS {
        for dtype in DTYPES {
            let mut group = c.benchmark_group(format!("fresh/{name}/{}", dtype.as_str()));
            for size in sizes() {
                group.throughput(Throughput::Elements(size as u64));
                fresh(&mut group, &pools, hint, dtype, size)?;
            }
        }
    }
    touched::<f32>(&mut c, &pools)?;
    touched::<f64>(&mut c, &pools)?;
    touched::<bf16>(&mut c, &pools)?;
    touched::<f16>(&mut c, &pools)?;
    touched::<F8E4M3>(&mut c, &pools)?;
    rand_distr(&mut c);
    c.final_summary();
    Ok(())
}
