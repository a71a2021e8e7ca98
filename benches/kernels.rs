//! What each kernel takes for an element, forced, by one thread: beside candle's own distribution and a memset of the same bytes.
//!
//! `cargo bench --bench kernels` takes half a minute; `-- normal/f32` keeps the rows that contain one of the words,
//! `-- --large` adds 256 MiB. The best of many runs counts: other load only adds time. Candle makes a new variable, at
//! sizes whose memory comes from the last one; the kernels make a new vector likewise.

use std::hint::black_box;
use std::time::Duration;

use candle_core::{Device, WithDType};
use candle_init_benches::measure::{best, nanoseconds};
use counter_rng::{Distribution, Element, Error, Kernel, Stream};
use float8::F8E4M3;
use half::{bf16, f16};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// What the command line asks for.
struct Settings {
    /// Bytes of each buffer.
    sizes: Vec<usize>,
    /// Rows whose name contains one of these; all rows where there is none.
    words: Vec<String>,
    /// How long one figure is measured.
    patience: Duration,
}

impl Settings {
    fn from_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let has = |flag: &str| arguments.iter().any(|a| a == flag);
        let words = arguments.iter().filter(|a| !a.starts_with('-')).cloned().collect();
        let sizes = match (has("--test"), has("--large")) {
            (true, _) => vec![64 * KIB],
            (_, true) => vec![4 * KIB, 4 * MIB, 256 * MIB],
            _ => vec![4 * KIB, 4 * MIB],
        };
        let patience = Duration::from_millis(if has("--test") { 1 } else { 150 });
        Self { sizes, words, patience }
    }

    fn wants(&self, row: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|w| row.contains(w))
    }
}

/// Name, distribution and what candle calls it.
type Case = (&'static str, Distribution, Option<candle_nn::Init>);

fn cases() -> Result<[Case; 4], Error> {
    Ok([
        ("constant", Distribution::constant(0.5)?, Some(candle_nn::Init::Const(0.5))),
        ("uniform", Distribution::uniform(-0.5, 0.5)?, Some(candle_nn::Init::Uniform { lo: -0.5, up: 0.5 })),
        ("normal", Distribution::normal(0.0, 0.5)?, Some(candle_nn::Init::Randn { mean: 0.0, stdev: 0.5 })),
        ("truncated", Distribution::truncated_normal(0.0, 0.5, -1.0, 1.0)?, None),
    ])
}

/// A new vector by a kernel of our choice.
fn filled<T: Element>(
    kernel: Kernel,
    stream: &Stream,
    distribution: &Distribution,
    count: usize,
) -> Result<Vec<T>, Error> {
    if let Some(values) = distribution.constant_vec(count as u64) {
        return values;
    }
    let mut out = bytemuck::zeroed_vec(count);
    stream.fill_with(kernel, distribution, 0, &mut out)?;
    Ok(out)
}

/// One line a distribution: nanoseconds an element; candle's time over each kernel's.
fn rows<T: Element + WithDType>(settings: &Settings, bytes: usize) -> anyhow::Result<()> {
    let (stream, count) = (Stream::new(42, "bench"), bytes / size_of::<T>());
    for (name, distribution, hint) in cases()? {
        let row = format!("{name}/{}", T::NAME);
        if !settings.wants(&row) {
            continue;
        }
        let memset = best(settings.patience, || drop(black_box(vec![7_u8; black_box(bytes)])));
        print!("{:>6} {row:18} memset {:6.3}", bytes / KIB, nanoseconds(memset, count));
        // Once where an error is seen: the runs that are timed drop what they get.
        hint.map(|hint| hint.var((count / 64, 64), T::DTYPE, &Device::Cpu)).transpose()?;
        let candle = hint.map(|hint| {
            best(settings.patience, || drop(black_box(hint.var((count / 64, 64), T::DTYPE, &Device::Cpu))))
        });
        print!(
            "  candle {:>6}",
            candle.map_or("–".into(), |time| format!("{:.3}", nanoseconds(time, count)))
        );
        for kernel in Kernel::available() {
            let time = best(settings.patience, || {
                drop(black_box(filled::<T>(kernel, &stream, &distribution, count)));
            });
            filled::<T>(kernel, &stream, &distribution, count)?;
            print!("  {} {:6.3}", kernel.name(), nanoseconds(time, count));
            let ratio = candle.map(|candle| candle.as_secs_f64() / time.as_secs_f64());
            print!(" ({:>5})", ratio.map_or("–".into(), |ratio| format!("{ratio:.2}")));
        }
        println!();
    }
    Ok(())
}

fn measure(settings: &Settings) -> anyhow::Result<()> {
    println!("KiB, distribution and dtype; ns an element, in brackets how many times as long candle takes");
    for bytes in &settings.sizes {
        rows::<f32>(settings, *bytes)?;
        rows::<f64>(settings, *bytes)?;
        rows::<bf16>(settings, *bytes)?;
        rows::<f16>(settings, *bytes)?;
        rows::<F8E4M3>(settings, *bytes)?;
    }
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let settings = Settings::from_arguments();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    one_thread.install(|| measure(&settings))
}
