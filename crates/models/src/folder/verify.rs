//! Compares a folder with its manifest, bit for bit.

use std::fmt;

use crate::error::{Error, Result};
use crate::folder::compare::{Differing, compare};
use crate::folder::content::{MANIFEST, documents};
use crate::folder::pieces::LaidOut;
use crate::folder::strangers;
use crate::folder::there::{There, is_there};
use crate::manifest::{File, Manifest};
use crate::place::Place;

/// What [`verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Tensors that were compared.
    pub tensors: usize,
    /// Bytes that were compared.
    pub bytes: u64,
    /// What differs: nothing in a folder as it was made.
    pub differences: Vec<Difference>,
}

/// A file or tensor that is not as the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// A file is missing.
    Missing {
        /// Its name.
        file: String,
    },
    /// A file has another header or another size: other tensors, or a part of them.
    Layout {
        /// Its name.
        file: String,
    },
    /// A small file says something else.
    Document {
        /// Its name.
        file: String,
    },
    /// A file of another model is there.
    Foreign {
        /// What is said of it.
        what: String,
    },
    /// A tensor has other values.
    Values {
        /// Its file.
        file: String,
        /// Its name.
        tensor: String,
        /// The first element that differs, by row-major index.
        first: u64,
        /// How many elements differ.
        count: u64,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { file } => write!(f, "{file}: missing"),
            Self::Layout { file } => write!(f, "{file}: other tensors, or only a part of it"),
            Self::Document { file } => write!(f, "{file}: not as it was written"),
            Self::Foreign { what } => f.write_str(what),
            Self::Values { file, tensor, first, count } => {
                write!(f, "{file}: `{tensor}` differs in {count} elements, from element {first} on")
            }
        }
    }
}

/// Draws every tensor of the folder, or another [`Place`], again, or reads it from its checkpoint, and compares it with what is
/// there. Without a manifest it is the one that lies there. `progress` is told the bytes that were read.
///
/// # Errors
/// [`Error::Document`] and [`Error::Digest`] for a manifest that is none or was changed; [`Error::NoCheckpoint`] for one that
/// loads, where its checkpoint was not given; [`Error::System`]. What differs is
/// no error.
pub fn verify(
    manifest: Option<&Manifest>,
    folder: impl Into<Place>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Verified> {
    let place = &folder.into();
    match manifest {
        Some(manifest) => verify_at(manifest, place, progress),
        None => {
            verify_at(&Manifest::parse_at(&place.text(MANIFEST)?, &place.path_of(MANIFEST))?, place, progress)
        }
    }
}

fn verify_at(manifest: &Manifest, place: &Place, progress: &(dyn Fn(u64) + Sync)) -> Result<Verified> {
    manifest.can_make(manifest.files())?;
    let (mut verified, documents) = (Verified::default(), documents(manifest)?);
    if let Err(Error::Foreign { what, .. }) = strangers::check(manifest, &documents, place) {
        verified.differences.push(Difference::Foreign { what });
    }
    for (file, bytes) in documents {
        match place.bytes(&file)? {
            None => verified.differences.push(Difference::Missing { file }),
            Some(found) if found != bytes => verified.differences.push(Difference::Document { file }),
            Some(_) => {}
        }
    }
    for file in manifest.files() {
        verified.file(manifest, file, place, progress)?;
    }
    Ok(verified)
}

impl Verified {
    fn file(
        &mut self,
        manifest: &Manifest,
        file: &File,
        place: &Place,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<()> {
        let layout = manifest.layout(file)?;
        match is_there(place, &file.name, &layout)? {
            There::Nothing => self.differences.push(Difference::Missing { file: file.name.clone() }),
            There::Other => self.differences.push(Difference::Layout { file: file.name.clone() }),
            There::Complete => {
                let laid_out = LaidOut { place, name: &file.name, layout: &layout };
                let differing = compare(laid_out, &manifest.lazy_in(file), progress)?;
                self.differences.extend(differing.into_iter().map(|Differing { tensor, first, count }| {
                    Difference::Values { file: file.name.clone(), tensor, first, count }
                }));
                self.tensors += layout.tensors().len();
                self.bytes += layout.tensors().iter().map(|slot| slot.size).sum::<u64>();
            }
        }
        Ok(())
    }
}
