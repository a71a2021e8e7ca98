//! The tests: which there are, what each reaches, and how long it takes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A program of tests, and the folder that cargo would run it in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) folder: PathBuf,
}

/// A test that passes when nothing is changed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Test {
    pub(crate) program: usize,
    pub(crate) name: String,
    pub(crate) seconds: f64,
    pub(crate) reaches: BTreeSet<u32>,
}

/// Builds the tests of a workspace, as CI does.
pub(crate) fn programs(root: &Path, target: &Path) -> Result<Vec<Program>> {
    let output = Command::new("cargo")
        .args(["test", "--locked", "--workspace", "--features", "acceptance/full", "--no-run"])
        // Kernels that ask which change is on take a quarter of an hour at the third level.
        .args(["--config", "profile.dev.package.counter-rng.opt-level=1"])
        .args(["--message-format", "json", "--target-dir"])
        .arg(target)
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the tests do not build");
    let built = String::from_utf8_lossy(&output.stdout);
    let program = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        let folder = Path::new(line["manifest_path"].as_str()?).parent()?.to_owned();
        let is_test = line["profile"]["test"] == true;
        Some(Program { path: line["executable"].as_str().filter(|_| is_test)?.into(), folder })
    };
    Ok(built.lines().filter_map(program).collect())
}

/// The tests of a program.
pub(crate) fn names(program: &Program) -> Result<Vec<String>> {
    let output = Command::new(&program.path)
        .args(["--list", "--format", "terse"])
        .current_dir(&program.folder)
        .output()?;
    let list = String::from_utf8(output.stdout).context("a test's name")?;
    Ok(list.lines().filter_map(|line| Some(line.strip_suffix(": test")?.to_owned())).collect())
}

/// How a run of tests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Passed,
    Failed,
    TooLong,
}

/// Runs some tests of a program, with more in its environment.
pub(crate) fn run(
    program: &Program,
    names: &[&str],
    limit: Duration,
    variable: (&str, &str),
) -> Result<(End, f64)> {
    let start = Instant::now();
    // In 8 GB, and in a group that ends as one: a change may ask for all there is, or for ever.
    let status = Command::new("prlimit")
        .args(["--data=8589934592", "--core=0", "timeout", "-k", "1", &format!("{:.3}", limit.as_secs_f64())])
        .arg(&program.path)
        .args(["--exact", "--test-threads", "1", "-q"])
        .args(names)
        .env(variable.0, variable.1)
        .env("CARGO_MANIFEST_DIR", &program.folder)
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("RAYON_NUM_THREADS", "2")
        .current_dir(&program.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("prlimit, of util-linux, runs the tests")?;
    let end = match status.code() {
        Some(0) => End::Passed,
        Some(124 | 137) => End::TooLong,
        _ => End::Failed,
    };
    Ok((end, start.elapsed().as_secs_f64()))
}

/// Runs a test that nothing is changed for, and reads what it reaches. None where it does not pass within so many seconds.
pub(crate) fn measure(
    programs: &[Program],
    (program, name): (usize, &str),
    longest: f64,
    file: &Path,
) -> Result<Option<Test>> {
    std::fs::write(file, "")?;
    let variable = ("MUTANTS_REACHED", file.to_str().context("a path")?);
    let (end, seconds) = run(&programs[program], &[name], Duration::from_secs_f64(longest), variable)?;
    let reaches = std::fs::read_to_string(file)?.lines().filter_map(|line| line.parse().ok()).collect();
    Ok((end == End::Passed).then(|| Test { program, name: name.to_owned(), seconds, reaches }))
}
