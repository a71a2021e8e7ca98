//! An open file whose header has been checked against its size.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::file::header::{self, PREFIX, Placed, Wrong};
use crate::file::mapped::Mapped;
use crate::file::positioned::read_at;
use crate::kind::Kind;

/// Bytes at the start that tell the kind of a file.
const HEAD: u64 = 512;

/// A file and how to get at its bytes.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    file: File,
    size: u64,
    mapped: Mapped,
}

impl Opened {
    /// A file and its tensors in name order. No memory is taken for what the header only claims.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Placed>)> {
        let opened = Self::regular(path)?;
        match opened.tensors()? {
            Ok(tensors) => Ok((opened, tensors)),
            Err(Wrong { offset, what }) => match opened.kind()? {
                Some(kind) => Err(opened.foreign(kind)),
                None => Err(Error::Damaged { path: path.into(), offset, what }),
            },
        }
    }

    /// A file that is one: the opening of a pipe would wait for someone to write.
    fn regular(path: &Path) -> Result<Self> {
        let failed = |what: &str| {
            let (path, what) = (path.into(), what.into());
            move |cause| Error::Unreadable { path, what, cause }
        };
        let metadata = fs::metadata(path).map_err(failed("it cannot be looked at"))?;
        if !metadata.is_file() {
            return Err(Error::Foreign { path: path.into(), kind: Kind::Special });
        }
        let file = File::open(path).map_err(failed("it cannot be opened"))?;
        let size = file.metadata().map_err(failed("its size cannot be read"))?.len();
        Ok(Self { path: path.into(), file, size, mapped: Mapped::default() })
    }

    fn tensors(&self) -> Result<Result<Vec<Placed>, Wrong>> {
        if self.size == 0 {
            return Err(self.foreign(Kind::Empty));
        }
        if self.size < PREFIX {
            let what =
                format!("the length of the header takes {PREFIX} bytes, but the file has {}", self.size);
            return Ok(Err(Wrong { offset: 0, what }));
        }
        let mut prefix = [0; PREFIX as usize];
        self.read(&mut prefix, 0)?;
        let length = match header::length(prefix, self.size) {
            Ok(length) => length,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let mut text = vec![0; usize::try_from(length).unwrap_or_default()];
        self.read(&mut text, PREFIX)?;
        Ok(header::tensors(&text, self.size))
    }

    fn kind(&self) -> Result<Option<Kind>> {
        let mut head = vec![0; self.size.min(HEAD) as usize];
        self.read(&mut head, 0)?;
        Ok(Kind::of(&head))
    }

    fn foreign(&self, kind: Kind) -> Error {
        Error::Foreign { path: self.path.clone(), kind }
    }

    fn read(&self, out: &mut [u8], offset: u64) -> Result<()> {
        read_at(&self.file, out, offset).map_err(|cause| self.unreadable(offset, "", cause))
    }

    /// Fills `out` with the bytes from an offset on.
    pub(crate) fn fill(&self, out: &mut [u8], offset: u64, tensor: &str) -> Result<()> {
        read_at(&self.file, out, offset).map_err(|cause| match self.unchanged() {
            Ok(()) => self.unreadable(offset, tensor, cause),
            Err(changed) => changed,
        })
    }

    /// Bytes of the file: borrowed from its map or, where there is none, read.
    pub(crate) fn bytes(&self, offset: u64, count: usize, tensor: &str) -> Result<Cow<'_, [u8]>> {
        if count == 0 {
            return Ok(Cow::Borrowed(&[]));
        }
        self.unchanged()?;
        let part = range(offset, count).and_then(|range| self.mapped.bytes(&self.file)?.get(range));
        match part {
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => self.copied(offset, count, tensor).map(Cow::Owned),
        }
    }

    fn copied(&self, offset: u64, count: usize, tensor: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Where maps are not to be had, memory is scarce as well.
        let taken = bytes.try_reserve_exact(count);
        taken.map_err(|_| self.unreadable(offset, tensor, io::ErrorKind::OutOfMemory.into()))?;
        bytes.resize(count, 0);
        self.fill(&mut bytes, offset, tensor)?;
        Ok(bytes)
    }

    /// A map of a file that was cut since ends the process when it is read.
    fn unchanged(&self) -> Result<()> {
        let now = self.file.metadata().map_err(|cause| self.unreadable(0, "", cause))?.len();
        if now == self.size {
            return Ok(());
        }
        Err(Error::Changed { path: self.path.clone(), was: self.size, is: now })
    }

    fn unreadable(&self, offset: u64, tensor: &str, cause: io::Error) -> Error {
        let place = if tensor.is_empty() { String::new() } else { format!(", in `{tensor}`") };
        Error::Unreadable {
            path: self.path.clone(),
            what: format!("at byte {offset}{place}: it cannot be read"),
            cause,
        }
    }
}

fn range(offset: u64, count: usize) -> Option<Range<usize>> {
    let start = usize::try_from(offset).ok()?;
    Some(start..start.checked_add(count)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_a_copy_are_the_same_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let header = r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#;
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[1, 2, 3, 4]].concat();
        fs::write(file.path(), &bytes).unwrap();
        let (opened, tensors) = Opened::open(file.path()).unwrap();
        let offset = tensors[0].offset;
        assert_eq!(opened.copied(offset, 4, "a").unwrap(), [1, 2, 3, 4]);
        let mapped = opened.bytes(offset, 4, "a").unwrap();
        assert_eq!(*mapped, [1, 2, 3, 4]);
        assert!(matches!(mapped, Cow::Borrowed(_)) || cfg!(not(unix)));
        assert!(matches!(opened.copied(0, usize::MAX, "a"), Err(Error::Unreadable { .. })));
    }

    #[test]
    fn a_file_that_was_cut_since_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let header = r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#;
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[1, 2, 3, 4]].concat();
        fs::write(file.path(), &bytes).unwrap();
        let (opened, tensors) = Opened::open(file.path()).unwrap();
        fs::write(file.path(), &bytes[..bytes.len() - 1]).unwrap();
        assert!(matches!(opened.bytes(tensors[0].offset, 4, "a"), Err(Error::Changed { .. })));
        assert!(matches!(opened.fill(&mut [0; 4], tensors[0].offset, "a"), Err(Error::Changed { .. })));
    }
}
