//! The static check of a file beside plain reads of it, both from the page cache with the same threads.
//!
//! `cargo bench --bench inspect` writes 2 GiB of f32 into the build folder and deletes them; `-- --mib 256` takes
//! another size, `-- --test` a tiny one, `-- --threads 4` other threads than 2, `-- --dtype bf16` another dtype.
//! The best of five runs counts: other load only adds time. A ratio of 0.5 means half the speed of reading.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use candle_init_probe::Inspection;
use counter_rng::{Distribution, Element, Stream};
use half::bf16;
use rayon::prelude::*;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const MIB: usize = 1 << 20;

/// Rows of each tensor's 64 MiB or less, 4096 columns.
const COLUMNS: usize = 4096;

/// What the command line asks for.
struct Settings {
    mib: usize,
    threads: usize,
    half: bool,
}

impl Settings {
    fn from_arguments() -> Outcome<Self> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let after = |flag: &str| arguments.iter().skip_while(|a| *a != flag).nth(1);
        let number = |flag: &str, default| after(flag).map_or(Ok(default), |text| text.parse());
        let test = arguments.iter().any(|a| a == "--test");
        let half = after("--dtype").is_some_and(|dtype| dtype == "bf16");
        Ok(Self {
            mib: number("--mib", if test { 4 } else { 2048 })?,
            threads: number("--threads", 2)?,
            half,
        })
    }
}

/// A file that is gone in the end.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A safetensors file of normal numbers, `mib` of them, written tensor by tensor.
fn write<T: Element + bytemuck::Pod>(mib: usize, dtype: &str) -> Outcome<Temporary> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(folder)?;
    let file = Temporary(folder.join(format!("inspect-{}.safetensors", std::process::id())));
    let size = mib.min(64) * MIB;
    let rows = size / size_of::<T>() / COLUMNS;
    let entry = |i: usize| {
        let (from, to) = (i * size, (i + 1) * size);
        format!(
            r#""layers.{i}.weight":{{"dtype":"{dtype}","shape":[{rows},{COLUMNS}],"data_offsets":[{from},{to}]}}"#
        )
    };
    let count = mib * MIB / size;
    let header = format!("{{{}}}", (0..count).map(entry).collect::<Vec<_>>().join(","));
    let mut out = BufWriter::new(File::create(&file.0)?);
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    let distribution = Distribution::normal(0.0, 0.02)?;
    for i in 0..count {
        let values = Stream::new(i as u64, "bench").vec::<T>(&distribution, 0..(rows * COLUMNS) as u64)?;
        out.write_all(bytemuck::cast_slice(&values))?;
    }
    out.into_inner()?.sync_all()?;
    Ok(file)
}

/// Reads the whole file by pieces of 1 MiB on all threads and sums nothing.
fn read(path: &Path, threads: usize) -> Outcome<()> {
    let size = std::fs::metadata(path)?.len() as usize;
    let share = size.div_ceil(threads);
    let part = |i: usize| -> std::io::Result<()> {
        use std::io::{Seek, SeekFrom};
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start((i * share) as u64))?;
        let (mut buffer, mut left) = (vec![0; MIB], share.min(size.saturating_sub(i * share)));
        while left > 0 {
            let piece = left.min(MIB);
            file.read_exact(buffer.get_mut(..piece).unwrap_or_default())?;
            std::hint::black_box(&buffer);
            left -= piece;
        }
        Ok(())
    };
    Ok((0..threads).into_par_iter().map(part).collect::<Result<(), _>>()?)
}

fn best(mut work: impl FnMut() -> Outcome<()>) -> Outcome<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

/// The most memory that the process has had, in MiB, where the system says it.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

fn measure(file: &Path, settings: &Settings) -> Outcome<()> {
    let reading = best(|| read(file, settings.threads))?;
    let before = peak();
    let mut findings = 0;
    let checking = best(|| {
        findings = Inspection::of_file(file)?.findings.len();
        Ok(())
    })?;
    assert_eq!(findings, 0, "a healthy file is checked");
    let speed = |time: Duration| settings.mib as f64 / 1024.0 / time.as_secs_f64();
    println!(
        "{} MiB, {} threads: read {:.2} GiB/s, check {:.2} GiB/s, ratio {:.2}",
        settings.mib,
        settings.threads,
        speed(reading),
        speed(checking),
        reading.as_secs_f64() / checking.as_secs_f64()
    );
    let known = before.zip(peak());
    let grown =
        known.map(|(before, after)| format!("{after:.0} MiB, {:.0} more than before", after - before));
    println!("peak memory {}", grown.as_deref().unwrap_or("is not said by this system"));
    Ok(())
}

fn main() -> Outcome<()> {
    let settings = Settings::from_arguments()?;
    let file =
        if settings.half { write::<bf16>(settings.mib, "BF16") } else { write::<f32>(settings.mib, "F32") }?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.threads).build()?;
    pool.install(|| measure(&file.0, &settings))
}
