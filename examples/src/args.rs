//! The command line: flags, their defaults and their limits.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use candle_init::Init;
use clap::{Arg, CommandFactory, FromArgMatches, Parser};

use crate::activation::Activation;
use crate::device::DeviceName;
use crate::train::{Method, Recipe};

const EXAMPLES: &str = "Examples:
  cargo run --release --example relu
  cargo run --release --example relu -- --init glorot_uniform --depth 30
  cargo run --release --example tanh -- --compare
  cargo run --release --example relu -- --data folder/with/mnist";

/// Trains a deep multilayer perceptron on handwritten digits, from named and seeded weights.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Device to train on; cuda needs a build with --features cuda.
    #[arg(long, value_enum, default_value = "cpu")]
    pub device: DeviceName,

    /// Distribution of all weights, such as he_normal, zeros or "normal(mean=0, std=0.01)"; biases are 0.
    // The default depends on the program, see `Args::parse_for`.
    #[arg(long, value_name = "INITIALIZER", value_parser = initializer, conflicts_with = "compare")]
    pub init: Option<Init>,

    /// Hidden layers [default: 6; with --compare: 30].
    #[arg(long, value_parser = count::<1000>, allow_negative_numbers = true)]
    pub depth: Option<usize>,

    /// Units in each hidden layer.
    #[arg(long, default_value = "128", value_parser = count::<8192>, allow_negative_numbers = true)]
    pub width: usize,

    /// Seed of weights, split and order of images.
    #[arg(long, default_value = "1", value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,

    /// How often every training image is seen [default: 40; with --compare: 15].
    #[arg(long, value_parser = count::<100_000>, allow_negative_numbers = true)]
    pub epochs: Option<usize>,

    /// First learning rate, falling to 0 [default: 0.001 for AdamW; with --compare: 0.01 for plain SGD].
    #[arg(long, value_parser = rate, allow_negative_numbers = true)]
    pub lr: Option<f64>,

    /// Images a step.
    #[arg(long, default_value = "32", value_parser = count::<1_000_000>, allow_negative_numbers = true)]
    pub batch: usize,

    /// Folder of MNIST or Fashion-MNIST IDX files [default: the 1,797 digits built in].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Folder for the figure, made if need be.
    #[arg(long, value_name = "DIR", default_value = "target/figures")]
    pub out: PathBuf,

    /// Threads of the processor; networks this small wait longer for a second one than it saves.
    #[arg(long, default_value = "1", value_parser = count::<1024>, allow_negative_numbers = true)]
    pub threads: usize,

    /// Train from zeros, too small, too large, Glorot's and He's weights side by side.
    #[arg(long)]
    pub compare: bool,
}

impl Args {
    /// Reads the command line of `activation`'s program; prints help or what is wrong and exits.
    #[must_use]
    pub fn parse_for(activation: Activation) -> Self {
        Self::try_parse_for(activation, std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn try_parse_for<I, T>(activation: Activation, words: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<std::ffi::OsString> + Clone,
    {
        let usual = activation.usual_initializer().to_string();
        let command =
            Self::command().name(activation.name()).mut_arg("init", |init: Arg| init.default_value(usual));
        Self::from_arg_matches(&command.try_get_matches_from(words)?)
    }

    /// How many hidden layers to build.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth.unwrap_or(if self.compare { 30 } else { 6 })
    }

    /// How to train: a comparison uses plain SGD, since AdamW would rescale vanished gradients.
    #[must_use]
    pub fn recipe(&self) -> Recipe {
        let (method, lr, epochs, noise) =
            if self.compare { (Method::Sgd, 0.01, 15, 0.) } else { (Method::AdamW, 0.001, 40, 0.6) };
        Recipe {
            method,
            lr: self.lr.unwrap_or(lr),
            epochs: self.epochs.unwrap_or(epochs),
            batch: self.batch,
            noise,
            seed: self.seed,
        }
    }
}

fn initializer(text: &str) -> Result<Init, String> {
    text.parse::<Init>().map_err(|error| error.to_string())
}

fn count<const MOST: usize>(text: &str) -> Result<usize, String> {
    within(text, 1, MOST)
}

fn seed(text: &str) -> Result<u64, String> {
    within(text, 0, u64::MAX)
}

/// A whole number from `least` to `most`.
fn within<T: FromStr + PartialOrd + Display>(text: &str, least: T, most: T) -> Result<T, String> {
    match text.parse() {
        Ok(number) if least <= number && number <= most => Ok(number),
        _ => Err(format!("a whole number from {least} to {most} is required")),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0. => Ok(rate),
        _ => Err("a finite number above 0 is required, for example 0.001".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use candle_init::init;

    use super::*;

    fn parse(words: &[&str]) -> Result<Args, String> {
        let words = ["relu"].iter().chain(words);
        Args::try_parse_for(Activation::Relu, words).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_follow_program_and_mode() {
        let single = parse(&[]).unwrap();
        assert_eq!(single.init, Some(init::HE_NORMAL));
        assert_eq!((single.depth(), single.recipe().method), (6, Method::AdamW));
        let compare = parse(&["--compare"]).unwrap();
        assert_eq!((compare.depth(), compare.recipe().method), (30, Method::Sgd));
        let tanh = Args::try_parse_for(Activation::Tanh, ["tanh"]).unwrap();
        assert_eq!(tanh.init, Some(init::GLOROT_UNIFORM));
    }

    #[test]
    fn every_bad_value_is_named_with_what_is_required() {
        for (flag, value, required) in [
            ("--depth", "0", "from 1 to 1000"),
            ("--width", "0", "from 1 to 8192"),
            ("--width", "-3", "from 1 to 8192"),
            ("--batch", "0", "from 1 to"),
            ("--epochs", "1.5", "a whole number"),
            ("--seed", "-1", "from 0 to"),
            ("--lr", "NaN", "finite number above 0"),
            ("--lr", "inf", "finite number above 0"),
            ("--lr", "-0.1", "finite number above 0"),
            ("--lr", "0", "finite number above 0"),
            ("--init", "hee_normal", "hee_normal"),
            ("--device", "gpu", "cpu, cuda"),
        ] {
            let message = parse(&[flag, value]).unwrap_err();
            assert!(message.contains(flag) && message.contains(required), "{message}");
        }
    }

    #[test]
    fn a_comparison_brings_its_own_initializers() {
        let message = parse(&["--compare", "--init", "zeros"]).unwrap_err();
        assert!(message.contains("cannot be used with"), "{message}");
    }

    #[test]
    fn the_command_is_well_formed() {
        Args::command().debug_assert();
    }
}
