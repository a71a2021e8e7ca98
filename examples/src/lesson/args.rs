//! The lesson's command line.

use std::path::PathBuf;

use clap::Parser;

const LONG: &str = "Draws weight initialization as one page: why zeros fail, why small values vanish and large \
ones explode, what Glorot does for tanh and He for ReLU, how many ReLUs die, what depth does, and what to use when.

Each picture is from nets that are run while you wait. The page is one file that needs no network; open it in any browser.";

const EXAMPLES: &str = "Examples:
  cargo run --release --example lesson
  cargo run --release --example lesson -- --seed 7 --out /some/folder";

/// Draws weight initialization as one page, from nets that are run.
#[derive(Clone, Debug, Parser)]
#[command(name = "lesson", long_about = LONG, after_help = EXAMPLES)]
pub(super) struct Args {
    /// Seed of weights and of the choice of images: the same seed gives the same page.
    #[arg(long, default_value = "1")]
    pub(super) seed: u64,

    /// Folder for lesson.html, made if need be.
    #[arg(long, value_name = "DIR", default_value = "target/figures")]
    pub(super) out: PathBuf,

    /// Threads, which share the nets.
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: u16,
}

impl Args {
    /// Reads the command line; prints help or what is wrong and exits.
    pub(super) fn read() -> Self {
        Self::parse()
    }
}
