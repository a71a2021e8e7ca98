//! The tensors of a path: of a file, an index or a folder.

use std::path::Path;

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::source::folder::{self, Found};
use crate::source::index::Index;
use crate::tensor::Tensor;

/// The tensors of all files that a path means.
pub(crate) fn read(path: &Path) -> Result<Vec<Tensor>> {
    if !path.try_exists().unwrap_or(true) {
        return Err(Error::NotFound { path: path.into(), nearest: beside(path) });
    }
    if path.is_dir() {
        return of_folder(path);
    }
    match path.extension() {
        Some(extension) if extension == "json" => Index::read(path)?.tensors(),
        _ => Tensor::of_file(path),
    }
}

fn of_folder(folder: &Path) -> Result<Vec<Tensor>> {
    match folder::weights(folder)? {
        Found::Index { index: path, beside } => {
            let index = Index::read(&path)?;
            match beside.filter(|file| !index.names().contains(file.as_str())) {
                None => index.tensors(),
                Some(single) => {
                    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    Err(folder::undecided(folder, vec![single, name]))
                }
            }
        }
        Found::Files(files) => {
            let each: Result<Vec<_>> = files.iter().map(|file| Tensor::of_file(file)).collect();
            Ok(each?.into_iter().flatten().collect())
        }
    }
}

/// The name in the folder of a path that its own is nearest to.
fn beside(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = folder.read_dir().ok()?.filter_map(Result::ok);
    let names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    nearest(&name, names.iter().map(String::as_str)).map(String::from)
}
