//! Writes a file whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, Result};

const WAY_OUT: &str = "give a path in a folder that exists and can be written";

/// Puts `text` at `path` in one step: a reader sees the old file or the new one, never a part.
///
/// # Errors
/// [`Error::File`] if the path names no file or cannot be written. What stood there then stays as it was, and
/// nothing new stays.
///
/// ```
/// let folder = std::env::temp_dir();
/// let path = folder.join("candle-init-probe-write-whole.txt");
/// candle_init_probe::write_whole(&path, "all of it")?;
/// assert_eq!(std::fs::read_to_string(&path)?, "all of it");
/// assert!(candle_init_probe::write_whole(&folder, "a folder is no file").is_err());
/// # std::fs::remove_file(path)?;
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn write_whole(path: impl AsRef<Path>, text: &str) -> Result<()> {
    let path = path.as_ref();
    let part = part(path)?;
    let written = fs::write(&part, text).and_then(|()| fs::rename(&part, path));
    written.map_err(|source| {
        // Whether or not this works, the first error is the one to report.
        let _ = fs::remove_file(&part);
        refused(path, format!("cannot be written ({source})"), Some(source))
    })
}

/// Makes `folder` with those above it, if need be.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)
        .map_err(|source| refused(folder, format!("the folder cannot be made ({source})"), Some(source)))
}

/// A name beside `path` of this call's own, so that two runs or threads do not meet in one file.
fn part(path: &Path) -> Result<PathBuf> {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let Some(name) = path.file_name() else {
        return Err(refused(path, "is not a file's path".into(), None));
    };
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let mut name = name.to_owned();
    name.push(format!(".{}-{call}.tmp", std::process::id()));
    Ok(path.with_file_name(name))
}

fn refused(path: &Path, what: String, source: Option<std::io::Error>) -> Error {
    Error::File { path: path.to_owned(), what, way_out: WAY_OUT, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let scratch = Scratch::new("replace");
        let path = scratch.path().join("some.svg");
        write_whole(&path, "old").unwrap();
        write_whole(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(scratch.names(), ["some.svg"]);
    }

    #[test]
    fn a_failure_names_the_path_and_leaves_nothing_behind() {
        let scratch = Scratch::new("failure");
        let folder = scratch.path().join("folder.html");
        fs::create_dir(&folder).unwrap();
        let missing = scratch.path().join("no").join("page.html");
        for path in [&folder, &missing, &PathBuf::from("/"), &PathBuf::from("")] {
            let error = write_whole(path, "text").unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()) && error.contains(WAY_OUT), "{error}");
        }
        assert_eq!(scratch.names(), ["folder.html"]);
    }
}
