//! A file mapped into memory, where the system can.

use std::fs::File;
use std::sync::OnceLock;

use memmap2::Mmap;

/// The map of a file, made when it is first asked for. Copies of a checkpoint share it.
#[derive(Debug, Default)]
pub(crate) struct Mapped(OnceLock<Option<Mmap>>);

impl Mapped {
    /// All bytes of the file; `None` on systems and file systems that map none.
    pub(crate) fn bytes(&self, file: &File) -> Option<&[u8]> {
        self.0.get_or_init(|| map(file)).as_deref()
    }
}

#[expect(unsafe_code, reason = "no system promises what a map needs, that nobody writes to the file")]
fn map(file: &File) -> Option<Mmap> {
    // SAFETY: The map is read-only, of a regular file that this process only reads, and any bytes are valid `u8`s. That
    // no one else writes to the file or cuts it while it is mapped cannot be checked for: `Tensor::bytes`, which all
    // maps come from, asks it of its callers, and refuses files whose size has changed.
    unsafe { Mmap::map(file) }.ok()
}
