//! Finishes a model whose files are made: checks them all, and writes the index last.

use std::path::Path;
use std::{fs, io};

use crate::error::{Error, Result};
use crate::folder::content::documents;
use crate::folder::strangers;
use crate::folder::there::{There, is_there};
use crate::folder::unit::{remove_leftovers, write_whole};
use crate::manifest::Manifest;

/// What [`finish`] found and wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finished {
    /// Files with tensors, all complete.
    pub files: usize,
    /// The small files that were written, the index last.
    pub written: Vec<String>,
}

/// Finishes a folder that workers have filled: every file has to be there with its header and size, and nothing of another
/// model. Then the manifest, the config and, last, the index are written.
///
/// # Errors
/// [`Error::Incomplete`] lists the missing files; [`Error::Foreign`]; [`Error::System`]. Without the index no reader takes
/// the folder for a model.
pub fn finish(manifest: &Manifest, folder: impl AsRef<Path>, force: bool) -> Result<Finished> {
    let folder = folder.as_ref();
    let documents = documents(manifest)?;
    if force {
        strangers::remove(manifest, &documents, folder)?;
    }
    strangers::check(manifest, &documents, folder)?;
    let mut missing = Vec::new();
    for file in manifest.files() {
        match is_there(&folder.join(&file.name), &manifest.layout(file)?)? {
            There::Complete => {}
            There::Nothing => missing.push(file.name.clone()),
            There::Other => missing.push(format!("{} (another file has its name)", file.name)),
        }
    }
    if !missing.is_empty() {
        return Err(Error::Incomplete { folder: folder.into(), missing, of: manifest.files().len() });
    }
    let is_ours = |name: &str| {
        manifest.files().iter().any(|file| file.name == name)
            || documents.iter().any(|(ours, _)| ours == name)
    };
    let system = |source| Error::System { path: folder.into(), what: "cannot be listed", source };
    remove_leftovers(folder, &is_ours).map_err(system)?;
    let mut written = Vec::new();
    for (name, bytes) in documents {
        let path = folder.join(&name);
        // What is there already stays, with its date.
        if fs::read(&path).ok().as_deref() != Some(&bytes) {
            write_whole(&path, |file| {
                io::Write::write_all(file, &bytes).map_err(|source| Error::System {
                    path: path.clone(),
                    what: "cannot be written",
                    source,
                })
            })?;
        }
        written.push(name);
    }
    Ok(Finished { files: manifest.files().len(), written })
}
