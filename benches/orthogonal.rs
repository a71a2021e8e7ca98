//! Orthonormal matrices by one thread and by two.
//!
//! `cargo bench --bench orthogonal`; one size with `-- orthogonal/f32/2048x2048`.

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
    for (rows, cols) in [(256, 256), (1024, 1024), (2048, 2048), (4096, 4096), (4096, 64)] {
        for threads in [1, 2] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
            group.throughput(Throughput::Elements((rows * cols) as u64));
            group.bench_function(
                BenchmarkId::new(format!("{rows}x{cols}"), format!("{threads} threads")),
                |b| {
                    b.iter(|| pool.install(|| black_box(orthonormal::<f32>(rows, cols, &stream, 0))));
                },
            );
        }
    }
    group.finish();
    c.final_summary();
    Ok(())
}
