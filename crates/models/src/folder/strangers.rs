//! Files of other models, which readers would take for this one's.

use std::collections::BTreeSet;

use crate::error::{Error, Result, listed};
use crate::folder::content::MANIFEST;
use crate::manifest::Manifest;
use crate::place::Place;

/// That a folder has no weights and no index that the manifest does not name, and no other manifest.
///
/// # Errors
/// [`Error::Foreign`], which lists them. (`transformers` takes a `model.safetensors` before any index, without a word.)
pub(crate) fn check(manifest: &Manifest, documents: &[(String, Vec<u8>)], place: &Place) -> Result<()> {
    let strangers = strangers(manifest, documents, place)?;
    if !strangers.is_empty() {
        let what = format!(
            "{} of another model there: {}",
            if strangers.len() == 1 { "a file is" } else { "files are" },
            listed(&strangers)
        );
        return Err(Error::Foreign {
            folder: place.path(),
            what,
            way_out: "give an empty folder, or remove them (`--force` does)",
        });
    }
    let stated = manifest.digest();
    match own(place)? {
        Some(other) if other.digest() != stated => Err(Error::Foreign {
            folder: place.path(),
            what: format!("its `{MANIFEST}` is of another model (digest {}, not {stated})", other.digest()),
            way_out: "give an empty folder, or say that it is to be replaced (`--force`)",
        }),
        _ => Ok(()),
    }
}

/// The manifest that lies there.
pub(crate) fn own(place: &Place) -> Result<Option<Manifest>> {
    let Some(bytes) = place.bytes(MANIFEST)? else { return Ok(None) };
    Manifest::parse_at(&String::from_utf8_lossy(&bytes), &place.path_of(MANIFEST)).map(Some)
}

/// Removes what [`check`] refuses.
pub(crate) fn remove(manifest: &Manifest, documents: &[(String, Vec<u8>)], place: &Place) -> Result<()> {
    let mut names = strangers(manifest, documents, place)?;
    if is_foreign(own(place), manifest)? {
        names.push(MANIFEST.into());
    }
    names.into_iter().try_for_each(|name| place.remove(&name))
}

/// Whether a manifest is another's, or none. What could not be read may be ours.
fn is_foreign(own: Result<Option<Manifest>>, manifest: &Manifest) -> Result<bool> {
    match own {
        Err(Error::Digest { .. } | Error::Document { .. }) => Ok(true),
        own => Ok(own?.is_some_and(|own| own.digest() != manifest.digest())),
    }
}

fn strangers(manifest: &Manifest, documents: &[(String, Vec<u8>)], place: &Place) -> Result<Vec<String>> {
    let ours: BTreeSet<_> = manifest.files().iter().map(|file| file.name.as_str()).collect();
    let documents: BTreeSet<_> = documents.iter().map(|(name, _)| name.as_str()).collect();
    let mut strangers = Vec::new();
    for name in place.names()? {
        let weights = name.ends_with(".safetensors") && !name.starts_with('.');
        let index = name.ends_with(".safetensors.index.json");
        if (weights && !ours.contains(name.as_str())) || (index && !documents.contains(name.as_str())) {
            strangers.push(name);
        }
    }
    strangers.sort_unstable();
    Ok(strangers)
}
