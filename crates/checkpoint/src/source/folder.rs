//! Which files of a folder are its checkpoint.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, listed};

/// What a folder's checkpoint is.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// An index, and the single file beside it that is a checkpoint of its own, if there is one.
    Index { index: PathBuf, beside: Option<String> },
    /// Files without an index.
    Files(Vec<PathBuf>),
}

/// How the names of indices and files end.
const INDEX: &str = ".safetensors.index.json";
const FILE: &str = ".safetensors";

/// The index of a folder or, if it has none, all its safetensors files.
pub(crate) fn weights(folder: &Path) -> Result<Found> {
    let names = names(folder)?;
    let ending = |end| names.iter().filter(move |name| name.ends_with(end)).cloned().collect::<Vec<_>>();
    let (indices, files) = (ending(INDEX), ending(FILE));
    let preferred = indices.iter().find(|name| **name == format!("model{INDEX}"));
    match (preferred, indices.as_slice()) {
        (Some(index), _) | (None, [index]) => {
            let single = index.trim_end_matches(".index.json");
            let beside = files.into_iter().find(|file| file == single);
            Ok(Found::Index { index: folder.join(index), beside })
        }
        (None, [_, ..]) => Err(undecided(folder, indices)),
        (None, []) if files.is_empty() => Err(no_weights(folder, &names)),
        (None, []) => {
            whole(folder, &files)?;
            Ok(Found::Files(files.iter().map(|file| folder.join(file)).collect()))
        }
    }
}

fn no_weights(folder: &Path, names: &[String]) -> Error {
    let holds = if names.is_empty() { "is empty".into() } else { format!("holds {}", listed(names)) };
    Error::NoWeights { path: folder.into(), holds }
}

pub(crate) fn undecided(folder: &Path, candidates: Vec<String>) -> Error {
    Error::Undecided { path: folder.into(), candidates }
}

/// What is in a folder, in order and folders with a `/`, but for what is hidden: systems put files of their own there.
fn names(folder: &Path) -> Result<Vec<String>> {
    let failed =
        |cause| Error::Unreadable { path: folder.into(), what: "the folder cannot be read".into(), cause };
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(if entry.path().is_dir() { name + "/" } else { name });
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// That no part is missing of files whose names say how many there are.
fn whole(folder: &Path, files: &[String]) -> Result<()> {
    let present: BTreeSet<_> = files.iter().map(String::as_str).collect();
    for name in files {
        let Some((stem, digits, count)) = part(name) else { continue };
        let of = |at: u64| format!("{stem}-{at:0digits$}-of-{count:0digits$}{FILE}");
        let missing = (1..=count).map(of).find(|other| !present.contains(other.as_str()));
        if let Some(missing) = missing {
            let named_by = format!("by the name of `{name}` it is one of {count} that belong together");
            return Err(Error::MissingFile { path: folder.join(missing), named_by });
        }
    }
    Ok(())
}

/// What `stem-00001-of-00003.safetensors` says: the stem, how many digits, and how many parts there are.
fn part(name: &str) -> Option<(&str, usize, u64)> {
    let (rest, count) = name.strip_suffix(FILE)?.rsplit_once("-of-")?;
    let (stem, at) = rest.rsplit_once('-')?;
    let digits =
        |text: &str| !text.is_empty() && text.len() < 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let alike = digits(at) && digits(count) && at.len() == count.len();
    Some((stem, count.len(), count.parse().ok()?)).filter(|_| alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a folder with these files.
    fn found(names: &[&str]) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        names.iter().for_each(|name| std::fs::write(folder.path().join(name), "").unwrap());
        let file_name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        Ok(match weights(folder.path())? {
            Found::Index { index, beside } => [file_name(&index)].into_iter().chain(beside).collect(),
            Found::Files(files) => files.iter().map(file_name).collect(),
        })
    }

    const SHARD: &str = "model-00001-of-00002.safetensors";

    #[test]
    fn the_checkpoint_of_a_folder_is_found() {
        let one = "model.safetensors";
        let (index, other) = ("model.safetensors.index.json", "other.safetensors.index.json");
        assert_eq!(found(&[one, "config.json", "._model.safetensors"]).unwrap(), [one]);
        assert_eq!(found(&["b.safetensors", "a.safetensors"]).unwrap(), ["a.safetensors", "b.safetensors"]);
        assert_eq!(found(&[SHARD, index, other]).unwrap(), [index]);
        assert_eq!(found(&[SHARD, other]).unwrap(), [other]);
        assert_eq!(found(&[one, index]).unwrap(), [index, one]);
        let said = found(&["a.safetensors.index.json", other]).unwrap_err().to_string();
        assert!(said.contains("`a.safetensors.index.json` and `other.safetensors.index.json`"), "{said}");
    }

    #[test]
    fn a_folder_without_weights_says_what_it_holds() {
        let said = |names: &[&str]| found(names).unwrap_err().to_string();
        assert!(said(&[]).contains("but is empty"));
        let said = said(&["config.json", "pytorch_model.bin"]);
        assert!(said.contains("but holds `config.json` and `pytorch_model.bin`; give"), "{said}");
        let said = listed(&["a", "b", "c", "d", "e", "f", "g"].map(String::from));
        assert_eq!(said, "`a`, `b`, `c`, `d`, `e`, `f` and `g`");
        assert_eq!(listed(&["a".into()]), "`a`");
        let said = listed(&["a", "b", "c", "d", "e", "f", "g", "h"].map(String::from));
        assert_eq!(said, "`a`, `b`, `c`, `d`, `e`, `f` and 2 more");
    }

    #[test]
    fn a_missing_part_is_seen_by_the_names_of_the_others() {
        let said = found(&[SHARD]).unwrap_err().to_string();
        assert!(said.contains("model-00002-of-00002.safetensors: there is no such file"), "{said}");
        assert_eq!(found(&[SHARD, "model-00002-of-00002.safetensors"]).unwrap().len(), 2);
        for odd in [
            "a-1-of-.safetensors",
            "a-of-2.safetensors",
            "a-é-of-é.safetensors",
            "a-1-of-22.safetensors",
            "a-x-of-2.safetensors",
        ] {
            assert_eq!(found(&[odd]).unwrap(), [odd]);
        }
        assert!(found(&["a-00-of-99.safetensors"]).is_err());
        assert!(found(&["a-1000000000000000000-of-9999999999999999999.safetensors"]).is_err());
    }
}
