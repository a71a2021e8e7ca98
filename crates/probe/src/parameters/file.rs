//! A safetensors file as a source: positioned reads, nothing mapped, nothing kept.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::parameters::header::{self, PREFIX, Placed, Wrong};
use crate::parameters::source::{Entry, Source};
use crate::{Error, Result};

/// An open file whose header has been checked.
pub(crate) struct SafeTensors {
    path: PathBuf,
    file: File,
    entries: Vec<Entry>,
    /// Where each tensor's bytes start.
    offsets: Vec<u64>,
}

const DAMAGED: &str = "save or download it again, and compare its checksum with its source's";
const UNREADABLE: &str = "check the path and the permissions; a .safetensors file is required";

impl SafeTensors {
    /// Opens a file and checks its header against its size, before memory is taken for either.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let system = |what: &str, e: io::Error| failed(path, format!("{what}: {e}"), UNREADABLE, Some(e));
        let file = File::open(path).map_err(|e| system("it cannot be opened", e))?;
        let size = file.metadata().map_err(|e| system("its size cannot be had", e))?.len();
        let damaged =
            |Wrong { offset, what }| failed(path, format!("at byte {offset}: {what}"), DAMAGED, None);
        if size < PREFIX {
            let what = format!("the length of the header takes {PREFIX} bytes, but the file has {size}");
            return Err(damaged(Wrong { offset: 0, what }));
        }
        let mut prefix = [0; PREFIX as usize];
        read_at(&file, &mut prefix, 0).map_err(|e| system("at byte 0: it cannot be read", e))?;
        let length = header::length(prefix, size).map_err(damaged)?;
        let mut text = vec![0; usize::try_from(length).unwrap_or_default()];
        read_at(&file, &mut text, PREFIX).map_err(|e| system("at byte 8: it cannot be read", e))?;
        let placed = header::tensors(&text, size).map_err(damaged)?;
        let (entries, offsets) = placed.into_iter().map(|Placed { entry, offset }| (entry, offset)).unzip();
        Ok(Self { path: path.into(), file, entries, offsets })
    }
}

fn failed(path: &Path, what: String, way_out: &'static str, source: Option<io::Error>) -> Error {
    Error::File { path: path.into(), what, way_out, source }
}

impl Source for SafeTensors {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, tensor: usize, first: usize, out: &mut [u8]) -> Result<()> {
        let Some((entry, start)) = self.entries.get(tensor).zip(self.offsets.get(tensor)) else {
            return Ok(());
        };
        let width = entry.width().unwrap_or(1);
        let offset = start + (first * width) as u64;
        read_at(&self.file, out, offset).map_err(|e| {
            let what = format!("at byte {offset}, in `{}`: it cannot be read: {e}", entry.name);
            failed(&self.path, what, DAMAGED, Some(e))
        })?;
        if cfg!(target_endian = "big") {
            out.chunks_mut(width).for_each(<[u8]>::reverse);
        }
        Ok(())
    }
}

/// Fills `out` from an offset on, whatever other threads read meanwhile.
#[cfg(unix)]
fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, offset)
}

/// Fills `out` from an offset on, whatever other threads read meanwhile.
#[cfg(windows)]
fn read_at(file: &File, mut out: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !out.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, out, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => (out, offset) = (out.get_mut(read..).unwrap_or_default(), offset + read as u64),
        }
    }
    Ok(())
}
