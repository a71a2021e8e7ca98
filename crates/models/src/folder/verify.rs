//! Compares a folder with its manifest, bit for bit.

use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use candle_init::Lazy;
use candle_init_checkpoint::Slot;

use crate::error::{Error, Result};
use crate::folder::content::{MANIFEST, documents};
use crate::folder::pieces::{draw, pieces};
use crate::folder::strangers;
use crate::folder::there::{There, is_there};
use crate::manifest::{File as Planned, Manifest};

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

/// Draws every tensor of the folder again, or reads it from its checkpoint, and compares it with what is there. Without a
/// manifest it is the one that lies in the folder. `progress` is told the bytes that were compared.
///
/// # Errors
/// [`Error::Document`] and [`Error::Digest`] for a manifest that is none or was changed; [`Error::NoCheckpoint`] for one that
/// loads, where its checkpoint was not given; [`Error::System`]. What differs is
/// no error.
pub fn verify(
    manifest: Option<&Manifest>,
    folder: impl AsRef<Path>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Verified> {
    let folder = folder.as_ref();
    let own = if manifest.is_none() { Some(Manifest::read(folder.join(MANIFEST))?) } else { None };
    let Some(manifest) = manifest.or(own.as_ref()) else { return Ok(Verified::default()) };
    manifest.can_make(manifest.files())?;
    let (mut verified, documents) = (Verified::default(), documents(manifest)?);
    if let Err(Error::Foreign { what, .. }) = strangers::check(manifest, &documents, folder) {
        verified.differences.push(Difference::Foreign { what });
    }
    for (file, bytes) in documents {
        match fs::read(folder.join(&file)) {
            Err(_) => verified.differences.push(Difference::Missing { file }),
            Ok(found) if found != bytes => verified.differences.push(Difference::Document { file }),
            Ok(_) => {}
        }
    }
    for file in manifest.files() {
        verified.file(manifest, file, folder, progress)?;
    }
    Ok(verified)
}

impl Verified {
    fn file(
        &mut self,
        manifest: &Manifest,
        file: &Planned,
        folder: &Path,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<()> {
        let (path, layout) = (folder.join(&file.name), manifest.layout(file)?);
        match is_there(&path, &layout)? {
            There::Nothing => self.differences.push(Difference::Missing { file: file.name.clone() }),
            There::Other => self.differences.push(Difference::Layout { file: file.name.clone() }),
            There::Complete => {
                let system = |source| Error::System { path: path.clone(), what: "cannot be read", source };
                let mut from = File::open(&path).map_err(system)?;
                from.seek(SeekFrom::Start(layout.header().len() as u64)).map_err(system)?;
                let mut read = |bytes: &mut [u8]| {
                    progress(bytes.len() as u64);
                    from.read_exact(bytes).map_err(system)
                };
                let index = file.index();
                for slot in layout.tensors() {
                    let Some(entry) = index.get(slot.name.as_str()) else { continue };
                    self.tensor(&manifest.lazy(entry)?, &file.name, slot, &mut read)?;
                }
            }
        }
        Ok(())
    }

    fn tensor(
        &mut self,
        lazy: &Lazy,
        file: &str,
        slot: &Slot,
        read: &mut dyn FnMut(&mut [u8]) -> Result<()>,
    ) -> Result<()> {
        let width = (slot.dtype.bitsize() / 8).max(1);
        let (mut first, mut count) = (None, 0);
        for (start, length) in pieces(slot.size) {
            let (mut found, mut drawn) = (vec![0; length], vec![0; length]);
            read(&mut found)?;
            draw(lazy, slot, start, &mut drawn)?;
            if found != drawn {
                let pairs = found.chunks(width).zip(drawn.chunks(width)).enumerate();
                let mut differing =
                    pairs.filter(|(_, (found, drawn))| found != drawn).map(|(i, _)| i).peekable();
                first = first.or_else(|| differing.peek().map(|i| start / width as u64 + *i as u64));
                count += differing.count() as u64;
            }
        }
        self.tensors += 1;
        self.bytes += slot.size;
        if let Some(first) = first {
            let (file, tensor) = (file.into(), slot.name.clone());
            self.differences.push(Difference::Values { file, tensor, first, count });
        }
        Ok(())
    }
}
