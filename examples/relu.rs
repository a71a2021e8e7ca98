//! Trains a deep ReLU network on handwritten digits from He's weights: `--help` lists the flags.

use candle_init_examples::{activation::Activation, run::run};

fn main() -> anyhow::Result<std::process::ExitCode> {
    run(Activation::Relu)
}
