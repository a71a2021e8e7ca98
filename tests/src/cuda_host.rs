//! The kernels of a GPU as a program of the processor: their source, compiled as C++ behind a shim.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The source of the kernels, and what surrounds it on the processor; a later file takes an earlier one's place.
const FOLDERS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/counter-rng-cuda/kernels"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/cuda"),
];

/// No contraction of `a·b + c`, and a trap where a vector store is not aligned, as a GPU has one.
const FLAGS: [&str; 5] =
    ["-std=c++17", "-O2", "-ffp-contract=off", "-fsanitize=alignment", "-fsanitize-undefined-trap-on-error"];

/// A change of one place in the source.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// The file.
    pub file: &'static str,
    /// What stands there once.
    pub from: &'static str,
    /// What stands there instead.
    pub to: &'static str,
}

/// The program.
#[derive(Debug)]
pub struct Host(PathBuf);

/// The C++ compiler of this machine: `$CXX`, or what is called `c++`, `g++` or `clang++`.
#[must_use]
pub fn compiler() -> Option<String> {
    let named = std::env::var("CXX").into_iter();
    let names = named.chain(["c++", "g++", "clang++"].map(String::from));
    names.into_iter().find(|name| {
        Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    })
}

/// Says that a test did not run, where a captured output would hide it.
pub fn skipped(reason: &str) {
    // A test without a place to print is a test all the same.
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

impl Host {
    /// Compiles the source for a GPU of compute capability `arch` / 100, with a mutant in it or without.
    ///
    /// # Errors
    /// A file that cannot be written, a mutant whose place is not there once, the compiler's own words.
    pub fn new(
        compiler: &str,
        folder: &Path,
        arch: u32,
        mutant: Option<&Mutant>,
    ) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(folder)?;
        for from in FOLDERS {
            for entry in fs::read_dir(from)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default();
                fs::write(folder.join(name), fs::read(&path)?)?;
            }
        }
        mutant.map_or(Ok(()), |mutant| mutant.apply(folder))?;
        let program = folder.join("host");
        let output = Command::new(compiler)
            .args(FLAGS)
            .arg(format!("-D__CUDA_ARCH__={arch}"))
            .arg("-o")
            .arg(&program)
            .arg(folder.join("host.cpp"))
            .output()?;
        if output.status.success() {
            return Ok(Self(program));
        }
        Err(String::from_utf8_lossy(&output.stderr).into())
    }

    /// What the program writes for this input; `None` if it was killed, as by a store that is not aligned.
    ///
    /// # Errors
    /// A program that cannot be run.
    pub fn run(&self, input: &[u8]) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
        let mut child = Command::new(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut stdin = child.stdin.take().ok_or("no input")?;
        std::thread::scope(|scope| {
            // A program that is killed reads no further; that shows in its status.
            scope.spawn(move || stdin.write_all(input).ok());
            let output = child.wait_with_output()?;
            Ok(output.status.success().then_some(output.stdout))
        })
    }
}

impl Mutant {
    fn apply(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let path = folder.join(self.file);
        let text = fs::read_to_string(&path)?;
        if text.matches(self.from).count() != 1 {
            return Err(format!("{} does not have `{}` once", self.file, self.from).into());
        }
        Ok(fs::write(path, text.replace(self.from, self.to))?)
    }
}
