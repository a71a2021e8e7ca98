//! `candle-init`: whole models from scratch, from a laptop to a cluster.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")
)]

mod address;
mod arguments;
mod commands;
mod failure;
mod flags;
mod loading;
mod model;
mod output;
mod place;
mod progress;
#[cfg(feature = "object-store")]
mod store;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Plan(plan) => commands::plan(&plan),
        Command::Make(make) => commands::make(&make),
        Command::Finish(finish) => commands::finish(&finish),
        Command::Shards(shards) => commands::shards(&shards),
        Command::Verify(verify) => commands::verify(&verify),
        Command::Inspect(inspect) => commands::inspect(&inspect),
        Command::Diff(diff) => commands::diff(&diff),
        Command::Families { name } => commands::families(name.as_deref()),
        Command::Man { output } => commands::man(&output),
        Command::Completions { shell } => commands::completions(shell),
    }
}
