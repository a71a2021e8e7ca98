//! Writes a file whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Puts `text` at `path` in one step: a reader sees the old file or the new one, never a part.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    let part = part(path);
    let written = fs::write(&part, text).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // Whether or not this works, the first error is the one to report.
        let _ = fs::remove_file(&part);
    }
    written.with_context(|| {
        format!("{}: cannot write the figure; give --out a folder that can be written", path.display())
    })
}

/// A name beside `path` of this process's own, so that two runs do not meet in one file.
fn part(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.svg.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let scratch = Scratch::new("replace");
        let path = scratch.path().join("some.svg");
        replace(&path, "old").unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(scratch.names(), ["some.svg"]);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let scratch = Scratch::new("failure");
        let path = scratch.path().join("folder.svg");
        fs::create_dir(&path).unwrap();
        let error = replace(&path, "text").unwrap_err().to_string();
        assert!(error.contains("folder.svg") && error.contains("--out"), "{error}");
        assert_eq!(scratch.names(), ["folder.svg"]);
    }
}
