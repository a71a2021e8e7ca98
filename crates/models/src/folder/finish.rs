//! Finishes a model whose files are made: checks them all, and writes the index last.

use crate::error::{Error, Result};
use crate::folder::content::documents;
use crate::folder::strangers;
use crate::folder::there::{There, is_there};
use crate::manifest::Manifest;
use crate::place::Place;

/// What [`finish`] found and wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finished {
    /// Files with tensors, all complete.
    pub files: usize,
    /// The small files that were written, the index last.
    pub written: Vec<String>,
}

/// Finishes a folder, or another [`Place`], that workers have filled: every file has to be there with its header and size, and
/// nothing of another model. Then the manifest, the config and, last, the index are written.
///
/// # Errors
/// [`Error::Incomplete`] lists the missing files; [`Error::Foreign`]; [`Error::System`]. Without the index no reader takes
/// the folder for a model.
pub fn finish(manifest: &Manifest, folder: impl Into<Place>, force: bool) -> Result<Finished> {
    finish_at(manifest, &folder.into(), force)
}

pub(crate) fn finish_at(manifest: &Manifest, place: &Place, force: bool) -> Result<Finished> {
    let documents = documents(manifest)?;
    if force {
        strangers::remove(manifest, &documents, place)?;
    }
    strangers::check(manifest, &documents, place)?;
    let mut missing = Vec::new();
    for file in manifest.files() {
        match is_there(place, &file.name, &manifest.layout(file)?)? {
            There::Complete => {}
            There::Nothing => missing.push(file.name.clone()),
            There::Other => missing.push(format!("{} (another file has its name)", file.name)),
        }
    }
    if !missing.is_empty() {
        return Err(Error::Incomplete { folder: place.path(), missing, of: manifest.files().len() });
    }
    let is_ours = |name: &str| {
        manifest.files().iter().any(|file| file.name == name)
            || documents.iter().any(|(ours, _)| ours == name)
    };
    place.remove_leftovers(&is_ours)?;
    let mut written = Vec::new();
    for (name, bytes) in documents {
        place.put(&name, &bytes, force)?;
        written.push(name);
    }
    Ok(Finished { files: manifest.files().len(), written })
}
