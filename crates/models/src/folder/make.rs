//! Makes the files of a model, or some of them.

use crate::error::{Error, Result};
use crate::folder::content::documents;
use crate::folder::fill::fill;
use crate::folder::finish::finish_at;
use crate::folder::pieces::LaidOut;
use crate::folder::strangers;
use crate::folder::there::{There, is_there};
use crate::manifest::Manifest;
use crate::part::Part;
use crate::place::Place;

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

/// Makes the files of a part in a folder, or another [`Place`]; of the whole model, finishes it too.
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
    folder: impl Into<Place>,
    part: Part,
    force: bool,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Made> {
    let place = &folder.into();
    let mine = manifest.files().iter().skip(part.rank()).step_by(part.world());
    manifest.can_make(mine)?;
    place.prepare()?;
    let documents = documents(manifest)?;
    if force {
        strangers::remove(manifest, &documents, place)?;
    }
    strangers::check(manifest, &documents, place)?;
    let mine: Vec<_> = manifest.files().iter().skip(part.rank()).step_by(part.world()).collect();
    let is_mine = |name: &str| mine.iter().any(|file| file.name == name);
    place.remove_leftovers(&is_mine)?;
    let mut made = Made::default();
    for file in mine {
        let (name, layout) = (file.name.as_str(), manifest.layout(file)?);
        match is_there(place, name, &layout)? {
            There::Complete => {
                progress(layout.size());
                made.kept.push(file.name.clone());
                continue;
            }
            There::Other if !force => return Err(other(place, name)),
            There::Other | There::Nothing => {}
        }
        fill(LaidOut { place, name, layout: &layout }, &manifest.lazy_in(file), progress)?;
        made.written.push(file.name.clone());
    }
    if part.world() == 1 {
        finish_at(manifest, place, force)?;
        made.finished = true;
    }
    Ok(made)
}

fn other(place: &Place, name: &str) -> Error {
    Error::Foreign {
        folder: place.path(),
        what: format!("`{name}` is there, and it is not this model's"),
        way_out: "give an empty folder, or say that it is to be replaced (`--force`)",
    }
}
