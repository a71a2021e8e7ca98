//! The whole of weight initialization as one page, each number and picture from nets that are run.
//!
//! `page/` has what a person writes: a text a section, the style, the script, the nets that the script runs and the
//! lines in three libraries. A file here measures what its section asks for: `PARTS` lists them, `document.rs` puts all
//! together. `bench.rs` runs and measures a net, `net.rs` is the net, `start.rs` says how it starts.

mod args;
mod bench;
mod bend;
mod dead;
mod depth;
mod digits;
mod document;
mod exhibits;
mod facts;
mod fit;
mod gains;
mod growth;
mod lab;
mod measure;
mod net;
mod norm;
mod orthogonal;
mod relu;
mod residual;
mod sheet;
mod spec;
mod start;
mod tanh;
mod tongues;
mod zeros;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use candle_init_probe::write_whole;
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;

use crate::pipe::end_with_the_reader;
use crate::set::Set;
use crate::threads::restarted;
use args::Args;
use bench::{BATCH, Bench, WIDTH};
use facts::Facts;

pub use exhibits::{Curve, Exhibit, exhibits};
pub use spec::{Readings, Spec};
pub use tongues::{Tongue, tongues};

/// What is measured, for messages, and what measures it.
type Part = (&'static str, fn(&Bench, &mut Facts) -> Result<()>);

const PARTS: [Part; 14] = [
    ("zeros", zeros::measure),
    ("small and large weights", growth::measure),
    ("the sliders", lab::measure),
    ("Glorot for tanh", tanh::measure),
    ("He for ReLU", relu::measure),
    ("dead ReLUs", dead::measure),
    ("width and depth", depth::relu),
    ("tanh at 100 layers", depth::tanh),
    ("gains", gains::measure),
    ("residual nets", residual::measure),
    ("normalization", norm::measure),
    ("orthogonal weights", orthogonal::measure),
    ("what to use when", sheet::measure),
    ("the questions' nets", exhibits::measure),
];

/// The page, and the picture of it that the README shows.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The page as HTML.
    pub page: String,
    /// One of its pictures as an SVG file.
    pub picture: String,
}

/// Runs the program on the command line's arguments.
///
/// # Errors
/// A folder or file that cannot be written, which says what to do.
pub fn run() -> Result<ExitCode> {
    end_with_the_reader();
    let args = Args::read();
    if let Some(code) = restarted(usize::from(args.threads))? {
        return Ok(code);
    }
    let begun = Instant::now();
    let out = &args.out;
    // Before the nets run, so that a folder that cannot be made costs no wait.
    std::fs::create_dir_all(out).with_context(|| unwritable(out))?;
    println!(
        "running nets of up to {WIDTH} units a layer on {BATCH} handwritten digits, seed {}: {} parts",
        args.seed,
        PARTS.len()
    );
    let lesson = lesson(args.seed)?;
    let path = out.join("lesson.html");
    write_whole(&path, &lesson.page).with_context(|| unwritable(out))?;
    write_whole(out.join("lesson.svg"), &lesson.picture).with_context(|| unwritable(out))?;
    println!("done in {:.1} s\npage: {}", begun.elapsed().as_secs_f64(), path.display());
    Ok(ExitCode::SUCCESS)
}

fn unwritable(out: &Path) -> String {
    format!("{}: cannot be written; give --out a folder that can be written", out.display())
}

/// The lesson of this seed: the same to the last byte each time, on any number of rayon's threads. A bar on standard error
/// shows how far it is.
///
/// # Errors
/// As candle's own operations.
pub fn lesson(seed: u64) -> Result<Lesson> {
    let bench = Bench::new(seed)?;
    let measured = PARTS.par_iter().progress_count(PARTS.len() as u64).map(|(name, measure)| {
        let mut facts = Facts::default();
        measure(&bench, &mut facts).with_context(|| format!("the part on {name}"))?;
        Ok(facts)
    });
    let mut facts = Facts::default();
    measured.collect::<Result<Vec<_>>>()?.into_iter().for_each(|part| facts.add(part));
    let picture = facts.fill("{{relu.file}}")?;
    Ok(Lesson { page: document::html(&bench, &mut facts)?, picture })
}

/// The digits of this seed, which the page carries: for those who run its nets beside it.
///
/// # Errors
/// As candle's own operations.
pub fn digits(seed: u64) -> Result<Set> {
    Ok(Bench::new(seed)?.set)
}
