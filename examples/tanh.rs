//! Trains a deep tanh network on handwritten digits from Glorot's weights: `--help` lists the flags.

use candle_init_examples::{activation::Activation, run::run};

fn main() -> anyhow::Result<std::process::ExitCode> {
    run(Activation::Tanh)
}
