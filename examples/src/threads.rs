//! How many threads candle computes with: it asks the environment once, when a process starts.

use std::io;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// What rayon reads, and candle for its products: without it candle asks the system before each of them.
const VARIABLE: &str = "RAYON_NUM_THREADS";
/// What candle reads for all else.
const ALL_ELSE: &str = "CANDLE_NUM_THREADS";

/// Runs this program again with `threads`, unless the environment has a number already.
///
/// They share products of matrices, and nets where there are several. All else, such as an activation, is too small for that:
/// there candle's threads wait for each other by spinning, which costs more than it saves, and on a machine that has other
/// work many times as much. The numbers do not change.
///
/// On Unix the process becomes the new program, and this returns what went wrong or not at all: whoever ends the process
/// ends the training.
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
    if std::env::var_os(ALL_ELSE).is_none() {
        again.env(ALL_ELSE, "1"); // no thread but the one that asks
    }
    let code = replaced(again).with_context(|| {
        format!("cannot start this program again; set {VARIABLE}={threads} to do without")
    })?;
    Ok(Some(code))
}

/// Runs a program in place of this one.
#[cfg(unix)]
fn replaced(mut program: Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(&mut program))
}

/// Runs a program, and waits for its end.
#[cfg(not(unix))]
fn replaced(mut program: Command) -> io::Result<ExitCode> {
    let code = program.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    #[ignore = "ends the process: what the test below starts"]
    fn becomes_a_shell_that_says_its_number() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo number $$"]);
        replaced(shell).unwrap();
    }

    /// No child that would go on where its parent is killed.
    #[test]
    fn the_program_is_replaced_and_not_waited_for() {
        let mut test = Command::new(std::env::current_exe().unwrap());
        test.args(["--exact", "threads::tests::becomes_a_shell_that_says_its_number", "--ignored"]);
        let test = test.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let due = format!("number {}\n", test.id());
        let said = String::from_utf8(test.wait_with_output().unwrap().stdout).unwrap();
        assert!(said.contains(&due), "{said}");
    }
}
