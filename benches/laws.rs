//! Every law and dtype that candle and candle-init share, as a new variable, side by side in one run.
//!
//! `cargo bench --bench laws`; one group with `-- normal/f32`. Read the ratios, not the absolutes.

use std::hint::black_box;
use std::time::Duration;

use candle_core::{DType, Device};
use candle_init::{Init, Initializer};
use candle_init_benches::{DTYPES, LAWS, SIZES};
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};

/// What a user pays: allocation, page faults and values of a new variable.
fn variable(group: &mut BenchmarkGroup<'_, WallTime>, hint: candle_nn::Init, dtype: DType, size: usize) {
    let (init, law) = (Initializer::new(42), Init::from(hint));
    group.throughput(Throughput::Elements(size as u64));
    group.bench_function(BenchmarkId::new("candle", size), |b| {
        b.iter(|| black_box(hint.var((size / 64, 64), dtype, &Device::Cpu)));
    });
    group.bench_function(BenchmarkId::new("candle-init", size), |b| {
        b.iter(|| black_box(init.var("weight", (size / 64, 64), law, dtype, &Device::Cpu)));
    });
}

/// The floor: zeroed memory, written once.
fn memset(c: &mut Criterion) {
    let mut group = c.benchmark_group("memset/f32");
    for size in SIZES {
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("memset", size), |b| b.iter(|| black_box(vec![1.0_f32; size])));
    }
}

/// What one would write by hand: `rand_distr` over a fast generator.
fn rand_distr(c: &mut Criterion) {
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    let mut group = c.benchmark_group("rand_distr/f32");
    for size in SIZES {
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("normal", size), |b| {
            let mut rng = rand::rngs::StdRng::seed_from_u64(42);
            b.iter(|| {
                let values: Vec<f32> = StandardNormal.sample_iter(&mut rng).take(size).collect();
                black_box(values)
            });
        });
    }
}

fn main() {
    let mut c = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .without_plots()
        .configure_from_args();
    for (name, hint) in LAWS {
        for dtype in DTYPES {
            let mut group = c.benchmark_group(format!("{name}/{}", dtype.as_str()));
            for size in SIZES {
                variable(&mut group, hint, dtype, size);
            }
        }
    }
    memset(&mut c);
    rand_distr(&mut c);
    c.final_summary();
}
