//! What each kernel takes for an element of memory that exists already, beside a memset of the same bytes.
//!
//! `cargo bench --bench kernels` takes some seconds; `-- normal/f32` keeps the rows that contain one of the words,
//! `-- --large` adds 256 MiB. One thread. The best of many runs counts: other load only adds time.

use std::hint::black_box;
use std::time::Duration;

use candle_init_benches::measure::{best, nanoseconds};
use counter_rng::{Element, Error, Kernel, Law, Stream};
use float8::F8E4M3;
use half::{bf16, f16};

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
            (true, _) => vec![MIB / 16],
            (_, true) => vec![4 * MIB, 256 * MIB],
            _ => vec![4 * MIB],
        };
        let patience = Duration::from_millis(if has("--test") { 1 } else { 150 });
        Self { sizes, words, patience }
    }

    fn wants(&self, row: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|w| row.contains(w))
    }
}

fn laws() -> Result<[(&'static str, Law); 3], Error> {
    Ok([
        ("uniform", Law::uniform(-0.5, 0.5)?),
        ("normal", Law::normal(0.0, 0.5)?),
        ("truncated", Law::truncated_normal(0.0, 0.5, -1.0, 1.0)?),
    ])
}

/// One line a law: nanoseconds an element and times of memset, for each kernel.
fn rows<T: Element>(settings: &Settings, bytes: usize) -> Result<(), Error> {
    let stream = Stream::new(42, "bench");
    let count = bytes / size_of::<T>();
    for (law_name, law) in laws()? {
        let row = format!("{law_name}/{}", T::NAME);
        if !settings.wants(&row) {
            continue;
        }
        let mut out = vec![T::nearest(1.0); count];
        let mut raw = vec![1_u8; bytes];
        let memset = best(settings.patience, || black_box(raw.as_mut_slice()).fill(black_box(7)));
        print!("{:>4} {row:18} memset {:6.3}", bytes / MIB, nanoseconds(memset, count));
        for kernel in Kernel::available() {
            let mut result = Ok(());
            let time =
                best(settings.patience, || result = stream.fill_with(kernel, &law, 0, black_box(&mut out)));
            result?;
            let ratio = time.as_secs_f64() / memset.as_secs_f64();
            print!("  {} {:6.3} ({ratio:5.1})", kernel.name(), nanoseconds(time, count));
        }
        println!();
    }
    Ok(())
}

fn measure(settings: &Settings) -> Result<(), Error> {
    println!("MiB, law and dtype; ns an element, in brackets times of memset");
    for bytes in &settings.sizes {
        rows::<f32>(settings, *bytes)?;
        rows::<f64>(settings, *bytes)?;
        rows::<bf16>(settings, *bytes)?;
        rows::<f16>(settings, *bytes)?;
        rows::<F8E4M3>(settings, *bytes)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::from_arguments();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    Ok(one_thread.install(|| measure(&settings))?)
}
