//! Files of other models, which readers would take for this one's.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result, listed};
use crate::folder::content::MANIFEST;
use crate::manifest::Manifest;

/// That a folder has no weights and no index that the manifest does not name, and no other manifest.
///
/// # Errors
/// [`Error::Foreign`], which lists them. (`transformers` takes a `model.safetensors` before any index, without a word.)
pub(crate) fn check(manifest: &Manifest, documents: &[(String, Vec<u8>)], folder: &Path) -> Result<()> {
    let strangers = strangers(manifest, documents, folder)?;
    if !strangers.is_empty() {
        let what = format!(
            "{} of another model there: {}",
            if strangers.len() == 1 { "a file is" } else { "files are" },
            listed(&strangers)
        );
        return Err(Error::Foreign {
            folder: folder.into(),
            what,
            way_out: "give an empty folder, or remove them (`--force` does)",
        });
    }
    let (stated, path) = (manifest.digest(), folder.join(MANIFEST));
    match Manifest::read(&path) {
        Ok(other) if other.digest() != stated => Err(Error::Foreign {
            folder: folder.into(),
            what: format!("its `{MANIFEST}` is of another model (digest {}, not {stated})", other.digest()),
            way_out: "give an empty folder, or say that it is to be replaced (`--force`)",
        }),
        Err(error @ (Error::Digest { .. } | Error::Document { .. })) => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Removes what [`check`] refuses.
pub(crate) fn remove(manifest: &Manifest, documents: &[(String, Vec<u8>)], folder: &Path) -> Result<()> {
    let mut names = strangers(manifest, documents, folder)?;
    if check(manifest, documents, folder).is_err() {
        names.push(MANIFEST.into());
    }
    names.into_iter().map(|name| folder.join(name)).filter(|path| path.exists()).try_for_each(|path| {
        fs::remove_file(&path).map_err(|source| Error::System { path, what: "cannot be removed", source })
    })
}

fn strangers(manifest: &Manifest, documents: &[(String, Vec<u8>)], folder: &Path) -> Result<Vec<String>> {
    let ours: BTreeSet<_> = manifest.files().iter().map(|file| file.name.as_str()).collect();
    let documents: BTreeSet<_> = documents.iter().map(|(name, _)| name.as_str()).collect();
    let system = |source| Error::System { path: folder.into(), what: "cannot be listed", source };
    let mut strangers = Vec::new();
    for entry in fs::read_dir(folder).map_err(system)? {
        let name = entry.map_err(system)?.file_name().to_string_lossy().into_owned();
        let weights = name.ends_with(".safetensors") && !name.starts_with('.');
        let index = name.ends_with(".safetensors.index.json");
        if (weights && !ours.contains(name.as_str())) || (index && !documents.contains(name.as_str())) {
            strangers.push(name);
        }
    }
    strangers.sort_unstable();
    Ok(strangers)
}
