//! Writes manual pages.

use std::fs;
use std::path::Path;

use clap::CommandFactory;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::say;

pub(crate) fn man(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::System(format!("{}: cannot be written: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(failed)?;
    say(format!("{}: manual pages written; `man -l {0}/candle-init.1` shows the first", folder.display()))
}
