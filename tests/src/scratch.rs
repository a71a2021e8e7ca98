//! Files that are gone when the test is.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// The path of a file in the system's folder for such, which is deleted with this value.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A name that no other test has.
    #[must_use]
    pub fn new() -> Self {
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(format!("candle-init-{process}-{count}.safetensors")))
    }

    /// A file with these bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(bytes: &[u8]) -> std::io::Result<Self> {
        let file = Self::new();
        std::fs::write(&file.0, bytes)?;
        Ok(file)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
