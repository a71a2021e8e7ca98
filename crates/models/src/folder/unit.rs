//! A file that is there whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::Builder;

use crate::error::{Error, Result};

/// What the name of a file that is being written ends with.
const UNFINISHED: &str = ".part";

/// Lets `write` fill a file that is not visible under its name until it is complete and on the disk.
///
/// # Errors
/// Those of `write`, after which nothing new is there, and [`Error::System`].
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let system = |what| move |source| Error::System { path: path.into(), what, source };
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(system("cannot be made"))?;
    // Held while the writer lives: what has none is left over. Not every file system has locks; there it is for people.
    drop(file.as_file().try_lock());
    write(file.as_file_mut())?;
    file.as_file().sync_all().map_err(system("cannot be written"))?;
    file.persist(path).map_err(|error| system("cannot be put in its place")(error.error))?;
    // The name is on the disk only once the folder is.
    sync_folder(folder).map_err(system("cannot be kept"))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes what a writer left behind that was killed.
pub(crate) fn remove_leftovers(folder: &Path, is_ours: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let of = name
            .strip_prefix('.')
            .and_then(|name| name.strip_suffix(UNFINISHED))
            .and_then(|name| name.rsplit_once('.'));
        if of.is_some_and(|(of, _)| is_ours(of))
            && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            // Another finisher may have been faster.
            drop(fs::remove_file(entry.path()));
        }
    }
    Ok(())
}
