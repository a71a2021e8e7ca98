//! Orthonormal matrices: orthonormal, uniform, and the same for any number of threads.
//!
//! Seeds are fixed. Each statistic is refused beyond `LIMIT` standard errors, or at a p-value of 1e-12, so the
//! whole suite would refuse a right sampler with a probability below 1e-9.

use acceptance::matrix::{determinant, product};
use acceptance::stats::{FALSE_ALARM, LIMIT, ks};
use anyhow::Context;
use candle_core::{DType, Device, Tensor};
use candle_init::counter_rng::{self, Distribution, Element, Kernel, Purpose, Stream};
use candle_init::{Error, Initializer, Scalar, init, orthogonality_error, orthonormal, orthonormal_with};
use sha2::{Digest, Sha256};
use statrs::function::beta::beta_reg;

/// Matrices of each sample.
const SAMPLE: usize = 20_000;

fn stream(seed: u64, name: &str) -> Stream {
    Stream::with_purpose(seed, name, Purpose::Auxiliary)
}

fn sample(rows: usize, cols: usize) -> candle_init::Result<Vec<Vec<f32>>> {
    (0..SAMPLE).map(|i| orthonormal(rows, cols, &stream(7, &format!("layer{i}.{rows}x{cols}")), 0)).collect()
}

/// Reflectors and sums of `long` terms, each rounded: `ε·(16 + √long)`.
fn check_orthonormal<T: Scalar>(rows: usize, cols: usize, epsilon: f64) -> anyhow::Result<()> {
    let values = orthonormal::<T>(rows, cols, &stream(42, "weight"), 0)?;
    assert_eq!(values.len(), rows * cols);
    let (off, bound) =
        (orthogonality_error(&values, rows, cols)?, epsilon * (16.0 + (rows.max(cols) as f64).sqrt()));
    assert!(off <= bound, "{} {rows}x{cols}: {off:e} > {bound:e}", T::NAME);
    Ok(())
}

#[test]
fn columns_or_rows_are_orthonormal() -> anyhow::Result<()> {
    let small = (0..=4).flat_map(|rows| (0..=4).map(move |cols| (rows, cols)));
    let large = [(64, 64), (65, 63), (63, 65), (129, 129), (511, 257), (257, 511), (640, 640), (1024, 128)];
    for (rows, cols) in small.chain(large).chain([(200_000, 4), (4, 200_000), (1, 70_000), (70_000, 1)]) {
        check_orthonormal::<f32>(rows, cols, f64::from(f32::EPSILON))?;
        check_orthonormal::<f64>(rows, cols, f64::EPSILON)?;
    }
    Ok(())
}

/// The product of the reflectors as dense matrices, by the definition, tall and row-major.
fn by_definition<T: Element + Into<f64>>(
    long: usize,
    short: usize,
    stream: &Stream,
) -> anyhow::Result<Vec<f64>> {
    let mut q: Vec<f64> = (0..long * short).map(|i| f64::from(i / short == i % short)).collect();
    let sign = |x: f64| if x < 0.0 { -1.0 } else { 1.0 };
    for k in (0..short).rev() {
        let start = (k * long + k) as u64;
        let x = stream.vec::<T>(&Distribution::normal(0.0, 1.0)?, start..start + (long - k) as u64)?;
        let mut v: Vec<f64> = x.into_iter().map(Into::into).collect();
        let (head, norm) = (sign(v[0]), v.iter().map(|x| x * x).sum::<f64>().sqrt());
        v[0] += head * norm;
        let squares: f64 = v.iter().map(|x| x * x).sum();
        q[k * short + k] *= -head;
        for j in 0..short {
            let dot: f64 = v.iter().enumerate().map(|(i, v)| v * q[(k + i) * short + j]).sum();
            for (i, v) in v.iter().enumerate() {
                q[(k + i) * short + j] -= 2.0 * v * dot / squares;
            }
        }
    }
    Ok(q)
}

#[test]
fn values_are_those_of_the_definition() -> anyhow::Result<()> {
    let stream = stream(3, "definition");
    for (rows, cols) in [(1, 1), (2, 2), (3, 2), (2, 3), (5, 5), (130, 70), (70, 130), (150, 150)] {
        let (long, short) = (rows.max(cols), rows.min(cols));
        let (narrow, wide) =
            (by_definition::<f32>(long, short, &stream)?, by_definition::<f64>(long, short, &stream)?);
        let (f32s, f64s) =
            (orthonormal::<f32>(rows, cols, &stream, 0)?, orthonormal::<f64>(rows, cols, &stream, 0)?);
        for i in 0..rows * cols {
            let (row, col) = (i / cols, i % cols);
            let at = if rows <= cols { col * short + row } else { row * short + col };
            assert!((f64::from(f32s[i]) - narrow[at]).abs() < 1e-6, "f32 {rows}x{cols} at {i}");
            assert!((f64s[i] - wide[at]).abs() < 1e-14, "f64 {rows}x{cols} at {i}");
            assert!((f64::from(f32s[i]) - f64s[i]).abs() < 2e-6, "f32 and f64 {rows}x{cols} at {i}");
        }
    }
    Ok(())
}

/// Whether `values` have this mean and this variance, their fourth moment being at most that of a normal.
fn assert_moments(values: &[f64], mean: f64, variance: f64, what: &str) {
    let n = values.len() as f64;
    let got = values.iter().sum::<f64>() / n;
    let spread = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    let (z, spread_z) =
        ((got - mean) / (variance / n).sqrt(), (spread - variance) / (variance * (2.0 / n).sqrt()));
    assert!(z.abs() < LIMIT, "{what}: mean {got} for {mean}, {z:.1} standard errors");
    assert!(
        spread_z.abs() < LIMIT,
        "{what}: variance {spread} for {variance}, {spread_z:.1} standard errors"
    );
}

/// The traces of powers are the Fourier coefficients of the eigenvalues' angles: for uniform matrices and
/// `2k ≤ n`, `tr Qᵏ` has mean 1 for even and 0 for odd `k`, variance `k`, and the moments of a normal up to the
/// order that is used (P. Diaconis and M. Shahshahani, "On the eigenvalues of random matrices", 1994, theorem 4).
#[test]
fn eigenvalues_are_those_of_uniform_matrices() -> anyhow::Result<()> {
    const N: usize = 16;
    let matrices: Vec<Vec<f64>> =
        sample(N, N)?.into_iter().map(|q| q.into_iter().map(f64::from).collect()).collect();
    let mut powers = matrices.clone();
    for k in 1..=4_u8 {
        let traces: Vec<f64> = powers.iter().map(|q| (0..N).map(|i| q[i * (N + 1)]).sum()).collect();
        assert_moments(&traces, f64::from(1 - k % 2), f64::from(k), &format!("trace of power {k}"));
        powers = powers.iter().zip(&matrices).map(|(p, q)| product(p, q, N)).collect();
    }
    Ok(())
}

#[test]
fn determinants_have_a_fair_sign() -> anyhow::Result<()> {
    for n in 1..=5 {
        let determinants: Vec<f64> = sample(n, n)?.iter().map(|q| determinant(q, n)).collect();
        assert!(determinants.iter().all(|d| (d.abs() - 1.0).abs() < 1e-5), "{n}");
        let z = determinants.iter().sum::<f64>() / (SAMPLE as f64).sqrt();
        assert!(z.abs() < LIMIT, "{n}: {z:.1} standard errors");
    }
    Ok(())
}

/// A unit vector's coordinate has `x² ~ Beta(½, (n − 1)/2)` and a fair sign, wherever it stands.
#[test]
fn every_entry_is_a_coordinate_of_a_uniform_unit_vector() -> anyhow::Result<()> {
    for (rows, cols) in [(2, 2), (3, 3), (5, 5), (5, 2), (2, 5)] {
        let (matrices, half) = (sample(rows, cols)?, (rows.max(cols) as f64 - 1.0) / 2.0);
        let cdf = |x: f64| 0.5 + 0.5 * x.signum() * beta_reg(0.5, half, (x * x).min(1.0));
        for i in 0..rows * cols {
            let entries: Vec<f32> = matrices.iter().map(|q| q[i]).collect();
            let p = ks(&entries, cdf);
            assert!(p > FALSE_ALARM, "{rows}x{cols} entry {i}: p = {p:e}");
        }
    }
    Ok(())
}

/// Written by another program from the text of docs/stream.md alone.
const WRITTEN: &str = include_str!("../../data/stream_v1_orthogonal.csv");
/// Of larger matrices, as this crate gave them; `print_the_recorded_hashes` prints them anew.
const RECORDED: &str = include_str!("../../data/orthogonal_sha256.csv");

fn table(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|row| !row.starts_with('#')).skip(1).map(|row| row.split(',').collect())
}

/// SHA-256 over the little-endian values.
fn sha256<T: Scalar>(values: &[T]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytemuck::cast_slice(values)))
}

/// Hash and first bits of a matrix of the table's dtype.
fn drawn(
    dtype: &str,
    kernel: Kernel,
    [rows, cols]: [usize; 2],
    stream: &Stream,
    first: u64,
) -> anyhow::Result<(String, Vec<String>)> {
    Ok(if dtype == "f32" {
        let values = orthonormal_with::<f32>(kernel, rows, cols, stream, first)?;
        (sha256(&values), values.iter().take(4).map(|v| format!("{:08x}", v.to_bits())).collect())
    } else {
        let values = orthonormal_with::<f64>(kernel, rows, cols, stream, first)?;
        (sha256(&values), values.iter().take(4).map(|v| format!("{:016x}", v.to_bits())).collect())
    })
}

#[test]
fn the_text_gives_the_same_bits() -> anyhow::Result<()> {
    let mut matrices = 0;
    for row in table(WRITTEN) {
        let (stream, shape) = (stream(row[0].parse()?, row[1]), [row[3].parse()?, row[4].parse()?]);
        for kernel in Kernel::available() {
            let (hash, bits) = drawn(row[2], kernel, shape, &stream, row[5].parse()?)?;
            let expected: Vec<_> = row[7..].iter().copied().filter(|bits| !bits.is_empty()).collect();
            assert_eq!(bits, expected, "{} {row:?}", kernel.name());
            assert_eq!(hash, row[6], "{} {row:?}", kernel.name());
        }
        matrices += 1;
    }
    assert!(matrices >= 18, "the file is cut: {matrices}");
    Ok(())
}

/// Recorded matrices, by one kernel and one number of threads.
fn recorded(kernel: Kernel, threads: usize, large: bool) -> anyhow::Result<usize> {
    let (pool, mut matrices) = (rayon::ThreadPoolBuilder::new().num_threads(threads).build()?, 0);
    for row in table(RECORDED) {
        let shape: [usize; 2] = [row[1].parse()?, row[2].parse()?];
        if large == (shape[0] * shape[1] >= LARGE) {
            let (hash, _) = pool.install(|| drawn(row[0], kernel, shape, &stream(42, "weight"), 0))?;
            assert_eq!(hash, row[3], "{} {row:?}, {threads} threads", kernel.name());
            matrices += 1;
        }
    }
    Ok(matrices)
}

/// Elements from which a matrix is for the nightly run.
const LARGE: usize = 1 << 22;

/// The kernels of this processor, or the one that `ONLY_KERNEL` names: under an emulator the others cost hours.
fn kernels() -> Vec<Kernel> {
    let only = std::env::var("ONLY_KERNEL").ok();
    let kernels =
        Kernel::available().filter(|kernel| only.as_deref().is_none_or(|name| name == kernel.name()));
    let kernels: Vec<_> = kernels.collect();
    assert!(!kernels.is_empty(), "this processor has no kernel {only:?}");
    kernels
}

#[test]
fn every_kernel_and_number_of_threads_gives_the_recorded_bits() -> anyhow::Result<()> {
    for kernel in kernels() {
        for threads in [1, 2, 5] {
            assert_eq!(recorded(kernel, threads, false)?, 5, "{}", kernel.name());
        }
    }
    Ok(())
}

#[test]
#[ignore = "4096², by the kernels with vectors: seconds; ONLY_KERNEL=portable takes minutes"]
fn large_ones_have_the_recorded_bits() -> anyhow::Result<()> {
    let named = std::env::var_os("ONLY_KERNEL").is_some();
    for kernel in kernels().into_iter().filter(|&kernel| named || kernel != Kernel::Portable) {
        for threads in [1, 2, 5] {
            assert_eq!(recorded(kernel, threads, true)?, 1, "{}", kernel.name());
        }
    }
    Ok(())
}

/// `cargo test -p acceptance --test init orthogonal::print -- --ignored --nocapture`
#[test]
#[ignore = "prints tests/data/orthogonal_sha256.csv"]
fn print_the_recorded_hashes() -> anyhow::Result<()> {
    for row in table(RECORDED) {
        let shape = [row[1].parse()?, row[2].parse()?];
        let (hash, _) = drawn(row[0], Kernel::detect(), shape, &stream(42, "weight"), 0)?;
        println!("{},{},{},{hash}", row[0], row[1], row[2]);
    }
    Ok(())
}

#[test]
fn seeds_and_names_differ() -> anyhow::Result<()> {
    let draw = |seed, name| orthonormal::<f32>(20, 20, &stream(seed, name), 0);
    assert_eq!(draw(1, "a")?, draw(1, "a")?);
    assert_ne!(draw(1, "a")?, draw(2, "a")?);
    assert_ne!(draw(1, "a")?, draw(1, "b")?);
    Ok(())
}

#[test]
fn the_error_sees_one_wrong_entry() -> anyhow::Result<()> {
    for (rows, cols) in [(40, 30), (30, 40), (600, 600)] {
        let mut values = orthonormal::<f64>(rows, cols, &stream(1, "broken"), 0)?;
        values[0] += 0.1;
        assert!(orthogonality_error(&values, rows, cols)? > 1e-3, "{rows}x{cols}");
    }
    assert_eq!(orthogonality_error(&[2.0_f64], 1, 1)?, 3.0);
    // Of 512 columns every second is held against all: the last of those, made equal to the one before it, is seen.
    let mut values: Vec<f64> = (0..512 * 512).map(|i| f64::from(i % 513 == 0)).collect();
    values[509 * 512 + 510] = 1.0;
    assert_eq!(orthogonality_error(&values, 512, 512)?, 1.0);
    Ok(())
}

#[test]
fn what_no_memory_holds_is_refused() {
    let stream = stream(1, "huge");
    let huge = orthonormal::<f32>(1 << 40, 1 << 12, &stream, 0);
    assert!(matches!(huge, Err(Error::Distribution(counter_rng::Error::OutOfMemory { .. }))), "{huge:?}");
    let uncountable = orthonormal::<f32>(usize::MAX, 2, &stream, 0);
    assert!(matches!(uncountable, Err(Error::Shape { .. })), "{uncountable:?}");
}

/// What the report says of a matrix is measured: one entry that is off is seen, and nothing is said of a factor of zero.
#[test]
fn the_report_measures_orthogonality() -> anyhow::Result<()> {
    let init =
        Initializer::new(1).rule("none", init::ORTHOGONAL.times(0.0)).rule("*", init::ORTHOGONAL.times(2.0));
    let vars = candle_nn::VarMap::new();
    let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    let (weight, _) = (vb.get((24, 16), "w")?, vb.get((4, 4), "none")?);
    let error = |name: &str| -> anyhow::Result<Option<f64>> {
        let report = init.report(&vars)?;
        let record = report.records().iter().find(|record| record.name == name).context("no such record")?;
        Ok(record.orthogonality_error)
    };
    let sound = error("w")?.context("not measured")?;
    assert!(sound > 0.0 && sound < 1e-5, "{sound}");
    assert_eq!(error("none")?, None);
    let mut values = weight.flatten_all()?.to_vec1::<f32>()?;
    // One entry more: the square of its column, in units of the factor's, is off by what that adds, and so are products.
    let old = f64::from(values[5]);
    values[5] += 0.5;
    let named = candle_init::named_vars(&vars).into_iter().find(|(name, _)| name == "w").context("no w")?;
    named.1.set(&Tensor::from_vec(values, (24, 16), &Device::Cpu)?)?;
    let off = error("w")?.context("not measured")?;
    let due = ((old + 0.5).powi(2) - old * old) / 4.0;
    assert!(off >= due.abs() - 1e-5 && off < 0.5, "{off} {due}");
    Ok(())
}
