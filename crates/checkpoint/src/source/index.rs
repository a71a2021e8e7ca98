//! `*.safetensors.index.json`: which tensor lies in which file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::error::{Error, Result};
use crate::file::LONGEST;
use crate::kind::Kind;
use crate::nearest::nearest;
use crate::tensor::Tensor;

/// An index that was read.
#[derive(Debug)]
pub(crate) struct Index {
    path: PathBuf,
    /// The name of the file by the name of the tensor.
    files: BTreeMap<String, String>,
}

impl Index {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = text(path)?;
        let raw: Raw = serde_json::from_slice(&text).map_err(|error| match Kind::of(&text) {
            Some(kind) if kind != Kind::Json && kind != Kind::Text => {
                Error::Foreign { path: path.into(), kind }
            }
            _ => wrong(path, format!("it is no index: {error}")),
        })?;
        let files = once(raw.weight_map).map_err(|what| wrong(path, what))?;
        Ok(Self { path: path.into(), files })
    }

    /// The names of the files that it names.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.files.values().map(String::as_str).collect()
    }

    /// The tensors of all files, if they are those that the index lists.
    pub(crate) fn tensors(&self) -> Result<Vec<Tensor>> {
        let mut all = Vec::new();
        for name in self.names() {
            let path = self.path.with_file_name(name);
            if !path.try_exists().unwrap_or(true) {
                let count = self.files.values().filter(|file| *file == name).count();
                let named_by = format!("`{}` says that {count} tensors lie in it", self.path.display());
                return Err(Error::MissingFile { path, named_by });
            }
            let tensors = Tensor::of_file(&path)?;
            self.has_listed(name, &tensors)?;
            all.extend(tensors);
        }
        self.lists(&all)?;
        Ok(all)
    }

    /// That a file has what the index says.
    fn has_listed(&self, file: &str, tensors: &[Tensor]) -> Result<()> {
        let found: BTreeSet<_> = tensors.iter().map(Tensor::name).collect();
        let listed = self.files.iter().filter(|(_, other)| *other == file).map(|(tensor, _)| tensor);
        let Some(tensor) = listed.into_iter().find(|tensor| !found.contains(tensor.as_str())) else {
            return Ok(());
        };
        let nearest = nearest(tensor, found.into_iter()).map(String::from);
        Err(Error::MissingTensor {
            index: self.path.clone(),
            file: file.into(),
            tensor: tensor.clone(),
            nearest,
        })
    }

    /// That the index says what files have. A tensor that another file has as well is for the caller to find.
    fn lists(&self, tensors: &[Tensor]) -> Result<()> {
        match tensors.iter().find(|tensor| !self.files.contains_key(tensor.name())) {
            None => Ok(()),
            Some(tensor) => Err(Error::Unlisted {
                index: self.path.clone(),
                file: tensor.path().into(),
                tensor: tensor.name().into(),
            }),
        }
    }
}

/// The bytes of an index. One that is longer than a header may be is none.
fn text(path: &Path) -> Result<Vec<u8>> {
    let failed = |cause| Error::Unreadable { path: path.into(), what: "it cannot be read".into(), cause };
    let there = std::fs::metadata(path).map_err(failed)?;
    if !there.is_file() {
        return Err(Error::Foreign { path: path.into(), kind: Kind::Special });
    }
    if there.len() > LONGEST {
        return Err(wrong(path, format!("it is longer than {LONGEST} bytes")));
    }
    let mut text = Vec::new();
    // What grows while it is read is cut there, and damaged.
    File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut text)).map_err(failed)?;
    if text.is_empty() {
        return Err(Error::Foreign { path: path.into(), kind: Kind::Empty });
    }
    Ok(text)
}

fn wrong(path: &Path, what: String) -> Error {
    Error::Index { path: path.into(), what }
}

/// The pairs, if each tensor is listed once and each file may be looked at.
fn once(Pairs(pairs): Pairs) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    for (tensor, file) in pairs {
        if !within(&file) {
            return Err(format!("`{file}`, which `{tensor}` lies in, is no path within the index's folder"));
        }
        if files.contains_key(&tensor) {
            return Err(format!("it lists `{tensor}` twice"));
        }
        files.insert(tensor, file);
    }
    Ok(files)
}

/// Whether a file of an index lies in its folder or below: an index from elsewhere may name any path.
fn within(file: &str) -> bool {
    let mut parts = Path::new(file).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[derive(Deserialize)]
struct Raw {
    weight_map: Pairs,
}

/// The pairs of an object as they are written, with those whose name comes twice.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a file for each tensor")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(All)
    }
}
