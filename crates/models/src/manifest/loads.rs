//! The checkpoint that a model loads from, as its manifest knows it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_init_checkpoint::{Checkpoint, Tensor};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::manifest::fingerprint::fingerprint;

/// The checkpoint that a model loads from: enough to tell another, no path, and what of it the model leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Loads {
    /// Its files.
    pub files: Vec<LoadedFile>,
    /// What is compared where it is opened again, and what is not: for people.
    pub compared: String,
    /// Tensors that the model never asked for.
    pub never_asked: Vec<NeverAsked>,
    /// Tensors that were left out because the user said so.
    pub skipped: Vec<String>,
}

/// A file of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LoadedFile {
    /// Its name within the checkpoint.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// SHA-256 of its header and of samples of its data.
    pub digest: String,
}

/// A tensor of a checkpoint that the model never asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NeverAsked {
    /// Its name in the file.
    pub tensor: String,
    /// The model's tensor whose name is nearest, of the first few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

const COMPARED: &str = "name and size of each file, and SHA-256 of its header and of 64 blocks of 4 KiB spread over its data; \
                        what was changed between those is not noticed before `verify`";

/// The tensors of an open checkpoint by file and name. What is open is no part of what a manifest says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened(Option<Arc<HashMap<(String, String), Tensor>>>);

impl PartialEq for Opened {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Opened {
    /// The tensor of a name in a file: nothing where no checkpoint is open.
    pub(crate) fn tensor(&self, file: &str, tensor: &str) -> Option<&Tensor> {
        self.0.as_ref()?.get(&(file.to_string(), tensor.to_string()))
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.is_some()
    }
}

/// The files of checkpoints with their names within them, and the tensors.
pub(crate) struct Found {
    pub(crate) files: Vec<LoadedFile>,
    names: BTreeMap<PathBuf, String>,
    pub(crate) opened: Opened,
}

impl Found {
    /// Looks at all files of the checkpoints; nothing where there are none.
    pub(crate) fn new<'a>(checkpoints: impl Iterator<Item = &'a Checkpoint>) -> Result<Option<Self>> {
        let mut tensors: Vec<_> = Vec::new();
        checkpoints.for_each(|checkpoint| tensors.extend(checkpoint.tensors().chain(checkpoint.skipped())));
        let paths: BTreeSet<_> = tensors.iter().map(|tensor| tensor.path()).collect();
        if paths.is_empty() {
            return Ok(None);
        }
        let names = names(&paths);
        let mut files = Vec::new();
        for (path, name) in &names {
            let (size, digest) = fingerprint(path)?;
            files.push(LoadedFile { name: name.clone(), size, digest });
        }
        let key =
            |tensor: &Tensor| Some((names.get(tensor.path())?.clone(), tensor.name_in_file().to_string()));
        let opened = tensors.iter().filter_map(|&tensor| Some((key(tensor)?, tensor.clone()))).collect();
        Ok(Some(Self { files, names, opened: Opened(Some(Arc::new(opened))) }))
    }

    /// The name that a tensor's file has within its checkpoint.
    pub(crate) fn file_of(&self, tensor: &Tensor) -> &str {
        self.names.get(tensor.path()).map_or("", String::as_str)
    }

    /// The file of a name.
    fn path_of(&self, name: &str) -> Option<&Path> {
        self.names.iter().find(|(_, other)| *other == name).map(|(path, _)| path.as_path())
    }
}

impl Loads {
    pub(crate) fn new(files: Vec<LoadedFile>, never_asked: Vec<NeverAsked>, skipped: Vec<String>) -> Self {
        Self { files, compared: COMPARED.into(), never_asked, skipped }
    }

    /// That these are the files.
    pub(crate) fn check(&self, found: &Found, opened: &Path) -> Result<()> {
        let other = |path: &Path, what: String| Err(Error::OtherCheckpoint { path: path.into(), what });
        for file in &self.files {
            let Some(path) = found.path_of(&file.name) else {
                return other(opened, format!("the checkpoint has no file `{}`", file.name));
            };
            match found.files.iter().find(|other| other.name == file.name) {
                Some(now) if now.size != file.size => {
                    return other(path, format!("it has {} bytes and had {}", now.size, file.size));
                }
                Some(now) if now.digest == file.digest => {}
                _ => return other(path, "its header or its values are others".into()),
            }
        }
        match found.files.iter().find(|file| !self.files.iter().any(|known| known.name == file.name)) {
            Some(more) => other(opened, format!("the checkpoint has a file `{}` more", more.name)),
            None => Ok(()),
        }
    }
}

/// The names of files within the deepest folder that has them all.
fn names(paths: &BTreeSet<&Path>) -> BTreeMap<PathBuf, String> {
    let mut folder = paths.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
    while !paths.iter().all(|path| path.starts_with(folder)) {
        folder = folder.parent().unwrap_or(Path::new(""));
    }
    let name = |path: &Path| {
        let parts = path.strip_prefix(folder).unwrap_or(path).components();
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
    };
    paths.iter().map(|&path| (path.into(), name(path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_within_the_checkpoint() {
        let named = |paths: &[&str]| -> Vec<String> {
            names(&paths.iter().map(Path::new).collect()).into_values().collect()
        };
        assert_eq!(named(&["/data/bert/a.safetensors"]), ["a.safetensors"]);
        assert_eq!(named(&["a.safetensors", "b.safetensors"]), ["a.safetensors", "b.safetensors"]);
        assert_eq!(named(&["/x/y/a", "/x/z/b", "/x/c"]), ["c", "y/a", "z/b"]);
    }
}
