//! How many threads candle computes with: it asks the environment once, when a process starts.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// What candle and rayon read.
const VARIABLE: &str = "RAYON_NUM_THREADS";

/// Runs this program again with `threads` of candle's, unless the environment has a number already.
///
/// candle's threads wait for each other by spinning. On matrices as small as these a second one
/// saves little, and on a machine that has other work it costs many times what it saves. The
/// numbers do not change.
///
/// # Errors
/// If the system cannot start this program again.
pub fn restarted(threads: usize) -> Result<Option<ExitCode>> {
    if std::env::var_os(VARIABLE).is_some() {
        return Ok(None);
    }
    let program = std::env::current_exe().context("the system does not say where this program is")?;
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1)).env(VARIABLE, threads.to_string());
    let status = again.status().with_context(|| {
        format!("cannot start this program again; set {VARIABLE}={threads} to do without")
    })?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(Some(code.map_or(ExitCode::FAILURE, ExitCode::from)))
}
