//! Square orthonormal matrices by one thread and by two.
//!
//! `cargo bench --bench orthogonal`; one size with `-- orthogonal/f32/2048`.

use std::hint::black_box;
use std::time::Duration;

use candle_init::orthonormal;
use counter_rng::{Purpose, Stream};
use criterion::{BenchmarkId, Criterion, Throughput};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

fn main() -> Result<(), ThreadPoolBuildError> {
    let mut c = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .without_plots()
        .configure_from_args();
    let stream = Stream::with_purpose(42, "weight", Purpose::Auxiliary);
    let mut group = c.benchmark_group("orthogonal/f32");
    for size in [512, 1024, 2048] {
        for threads in [1, 2] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
            group.throughput(Throughput::Elements((size * size) as u64));
            group.bench_function(BenchmarkId::new(size.to_string(), format!("{threads} threads")), |b| {
                b.iter(|| pool.install(|| black_box(orthonormal::<f32>(size, size, &stream, 0))));
            });
        }
    }
    group.finish();
    c.final_summary();
    Ok(())
}
