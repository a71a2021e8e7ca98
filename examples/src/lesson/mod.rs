//! The whole of weight initialization as one page of pictures, each from nets that are run.
//!
//! A file a section: `SECTIONS` lists them. `bench.rs` runs and measures a net, `net.rs` is the net, `start.rs`
//! says how it starts.

mod args;
mod bench;
mod bend;
mod dead;
mod depth;
mod fit;
mod gains;
mod growth;
mod net;
mod orthogonal;
mod relu;
mod residual;
mod sheet;
mod start;
mod tanh;
mod words;
mod zeros;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use candle_init_probe::page::{Page, Section};
use candle_init_probe::write_whole;
use indicatif::ProgressIterator;

use crate::pipe::end_with_the_reader;
use crate::threads::restarted;
use args::Args;
use bench::{BATCH, Bench, WIDTH};

/// A section's name, for the progress bar, and what runs and draws it.
type Part = (&'static str, fn(&Bench) -> Result<Section>);

/// The page's sections, in order.
const SECTIONS: [Part; 12] = [
    ("zeros", zeros::section),
    ("small weights", growth::small),
    ("large weights", growth::large),
    ("Glorot for tanh", tanh::section),
    ("He for ReLU", relu::section),
    ("dead ReLUs", dead::section),
    ("width and depth", depth::relu),
    ("tanh at 100 layers", depth::tanh),
    ("GELU and SiLU", gains::section),
    ("residual nets", residual::section),
    ("orthogonal weights", orthogonal::section),
    ("cheat sheet", sheet::section),
];

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
        "running nets of {WIDTH} units a layer on {BATCH} handwritten digits, seed {}: {} sections",
        args.seed,
        SECTIONS.len()
    );
    let (page, path) = (page(args.seed)?, out.join("lesson.html"));
    page.save(&path).with_context(|| unwritable(out))?;
    if args.svg {
        pictures(&page, out).with_context(|| unwritable(out))?;
    }
    println!("done in {:.1} s\npage: {}", begun.elapsed().as_secs_f64(), path.display());
    Ok(ExitCode::SUCCESS)
}

/// Writes each figure of the page as a file of its own.
fn pictures(page: &Page, out: &Path) -> candle_init_probe::Result<()> {
    let file = |number: usize| out.join(format!("lesson-{}.svg", number + 1));
    page.figures().enumerate().try_for_each(|(number, figure)| write_whole(file(number), &figure.svg()))
}

fn unwritable(out: &Path) -> String {
    format!("{}: cannot be written; give --out a folder that can be written", out.display())
}

/// The page of this seed: the same to the last byte each time. A bar on standard error shows how far it is.
///
/// # Errors
/// As candle's own operations.
pub fn page(seed: u64) -> Result<Page> {
    let bench = Bench::new(seed)?;
    let page = Page::new("Weight initialization in pictures").lead(format!(
        "What a net's starting weights do, before and in its first steps. Every line and number is from nets of \
         {WIDTH} units a layer that were run on {BATCH} handwritten digits when this page was made (seed {seed}); \
         what is computed from theory is said to be."
    ));
    SECTIONS.iter().progress().try_fold(page, |page, (name, section)| {
        let section = section(&bench).with_context(|| format!("the section on {name}"))?;
        Ok(page.section(section))
    })
}
