//! Makes the files of a model, or some of them.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::folder::content::documents;
use crate::folder::fill::fill;
use crate::folder::finish::finish;
use crate::folder::strangers;
use crate::folder::there::{There, is_there};
use crate::folder::unit::{remove_leftovers, write_whole};
use crate::manifest::Manifest;
use crate::part::Part;

/// What [`make`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Made {
    /// Files that were written.
    pub written: Vec<String>,
    /// Files that were there, complete, from an earlier run.
    pub kept: Vec<String>,
    /// Whether the whole model was made, and finished.
    pub finished: bool,
}

/// Makes the files of a part in a folder; of the whole model, finishes it too.
///
/// Each file appears under its name when it is complete and on the disk, so that a run that was killed is resumed by running
/// it again: files that are there with the manifest's header and size are kept. `force` replaces what is in the way.
/// `progress` is told the bytes that were written.
///
/// # Errors
/// [`Error::Foreign`] for weights of another model in the folder, and a file of a name of this model that is not this
/// model's; [`Error::System`]; those of candle-init. What was there stays then.
pub fn make(
    manifest: &Manifest,
    folder: impl AsRef<Path>,
    part: Part,
    force: bool,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Made> {
    let folder = folder.as_ref();
    let mine = manifest.files().iter().skip(part.rank()).step_by(part.world());
    manifest.can_make(mine)?;
    let system = |what| move |source| Error::System { path: folder.into(), what, source };
    fs::create_dir_all(folder).map_err(system("cannot be made"))?;
    let documents = documents(manifest)?;
    if force {
        strangers::remove(manifest, &documents, folder)?;
    }
    strangers::check(manifest, &documents, folder)?;
    let mine: Vec<_> = manifest.files().iter().skip(part.rank()).step_by(part.world()).collect();
    let is_mine = |name: &str| mine.iter().any(|file| file.name == name);
    remove_leftovers(folder, &is_mine).map_err(system("cannot be listed"))?;
    let mut made = Made::default();
    for file in mine {
        let (path, layout) = (folder.join(&file.name), manifest.layout(file)?);
        match is_there(&path, &layout)? {
            There::Complete => {
                progress(layout.size());
                made.kept.push(file.name.clone());
                continue;
            }
            There::Other if !force => return Err(other(folder, &file.name)),
            There::Other | There::Nothing => {}
        }
        let index = file.index();
        let lazy = |name: &str| match index.get(name) {
            Some(entry) => manifest.lazy(entry),
            None => Err(Error::Tensor { tensor: name.into(), what: format!("is not in {}", file.name) }),
        };
        write_whole(&path, |out| fill(&layout, &lazy, out, &path, progress))?;
        made.written.push(file.name.clone());
    }
    if part.world() == 1 {
        finish(manifest, folder, force)?;
        made.finished = true;
    }
    Ok(made)
}

fn other(folder: &Path, name: &str) -> Error {
    Error::Foreign {
        folder: folder.into(),
        what: format!("`{name}` is there, and it is not this model's"),
        way_out: "give an empty folder, or say that it is to be replaced (`--force`)",
    }
}
