//! Writes a file whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use candle_init_checkpoint::{claimed, remove_unclaimed};
use tempfile::Builder;

use crate::error::{Error, Result};

const WAY_OUT: &str = "give a path in a folder that exists and can be written";

/// Puts `text` at `path` in one step: a reader sees the old file or the new one, never a part.
///
/// The permissions of a file that is replaced stay, and a symbolic link stays one. What is no regular file, such as
/// `/dev/stdout`, is written to and not replaced.
///
/// A writer that is killed leaves a hidden file beside `path`, which the next one to write there removes.
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
    if path.file_name().is_none() {
        return Err(refused(path, "is not a file's path".into(), None));
    }
    write(path, text).map_err(|cause| refused(path, format!("cannot be written ({cause})"), Some(cause)))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    match fs::metadata(path) {
        // A link stays: the file that it leads to is replaced.
        Ok(found) if found.is_file() => replace(&fs::canonicalize(path)?, text, Some(found.permissions())),
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => fs::write(path, text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace(path, text, None),
        Err(error) => Err(error),
    }
}

/// What the name of a file that is being written ends with, and how many letters that are its own stand before.
const UNFINISHED: &str = ".probe-part";
const OWN: usize = 6;

/// What it begins with: the name of the file that it will be, or as much as leaves room for the rest.
fn beginning(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{}.", name.chars().take(32).collect::<String>())
}

/// Writes a file of a name of its own beside `path` and renames it. A new file gets the permissions that the system gives
/// new files.
fn replace(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beginning = beginning(path);
    remove_leftovers(folder, &beginning);
    let mut builder = Builder::new();
    builder.prefix(&beginning).rand_bytes(OWN).suffix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = claimed(|| builder.tempfile_in(folder), |file| (file.as_file(), file.path()))?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path)?;
    Ok(())
}

/// Removes what a writer of the same file left behind that was killed. What cannot be removed stays.
fn remove_leftovers(folder: &Path, beginning: &str) {
    let is_one = |name: &str| {
        let own = name.strip_prefix(beginning).and_then(|rest| rest.strip_suffix(UNFINISHED));
        own.is_some_and(|own| own.len() == OWN && own.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_one)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
        {
            remove_unclaimed(&entry.path());
        }
    }
}

/// Makes `folder` with those above it, if need be.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)
        .map_err(|cause| refused(folder, format!("the folder cannot be made ({cause})"), Some(cause)))
}

fn refused(path: &Path, what: String, cause: Option<io::Error>) -> Error {
    Error::File { path: path.to_owned(), what, way_out: WAY_OUT, cause }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tempfile::tempdir;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let scratch = tempdir().unwrap();
        let path = scratch.path().join("some.svg");
        write_whole(&path, "old").unwrap();
        write_whole(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(scratch.path()), ["some.svg"]);
    }

    #[test]
    fn a_failure_names_the_path_and_leaves_nothing_behind() {
        let scratch = tempdir().unwrap();
        let folder = scratch.path().join("folder.html");
        fs::create_dir(&folder).unwrap();
        let missing = scratch.path().join("no").join("page.html");
        let long = scratch.path().join("x".repeat(256));
        for path in [&folder, &missing, &long, &PathBuf::from("/"), &PathBuf::from("")] {
            let error = write_whole(path, "text").unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()) && error.contains(WAY_OUT), "{error}");
        }
        assert_eq!(names(scratch.path()), ["folder.html"]);
    }

    /// What a killed writer left goes; what a living one holds, and what only looks alike, stays.
    #[test]
    fn what_was_left_behind_is_removed() {
        let scratch = tempdir().unwrap();
        let file = |name: &str| scratch.path().join(name);
        let held = fs::File::create(file(".page.html.Ab3dE9.probe-part")).unwrap();
        held.lock().unwrap();
        for name in
            [".page.html.a1b2c3.probe-part", ".page.html.backup.part", ".other.html.a1b2c3.probe-part"]
        {
            fs::write(file(name), "half").unwrap();
        }
        write_whole(file("page.html"), "whole").unwrap();
        let stayed =
            [".other.html.a1b2c3.probe-part", ".page.html.Ab3dE9.probe-part", ".page.html.backup.part"];
        assert_eq!(names(scratch.path()), [&stayed[..], &["page.html"]].concat());
        drop(held);
        write_whole(file("page.html"), "again").unwrap();
        assert_eq!(names(scratch.path()), [stayed[0], stayed[2], "page.html"]);
    }

    #[test]
    fn a_name_as_long_as_the_system_takes_works() {
        let scratch = tempdir().unwrap();
        let name = "x".repeat(251);
        write_whole(scratch.path().join(&name), "text").unwrap();
        assert_eq!(names(scratch.path()), [name]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_links_and_what_is_no_file_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let scratch = tempdir().unwrap();
        let (path, link) = (scratch.path().join("file"), scratch.path().join("link"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        write_whole(&path, "new").unwrap();
        fs::write(scratch.path().join("plain"), "").unwrap();
        assert_eq!(mode(&path), mode(&scratch.path().join("plain")));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        write_whole(&link, "newer").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("newer", 0o640));
        write_whole("/dev/null", "text").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert_eq!(names(scratch.path()), ["file", "link", "plain"]);
    }
}
