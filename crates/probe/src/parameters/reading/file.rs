//! A safetensors file: positioned reads, nothing mapped, nothing kept.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::parameters::reading::dtype;
use crate::parameters::reading::header::{self, PREFIX, Placed, Wrong};
use crate::parameters::reading::positioned::read_at;
use crate::parameters::reading::stored::{Elements, Stored};

const DAMAGED: &str = "save or download it again, and compare its checksum with its source's";
const UNREADABLE: &str = "check the path and the permissions; a .safetensors file is required";

/// The tensors of a file, in name order, once its header has been checked against its size, before memory is taken
/// for either.
pub(crate) fn open(path: &Path) -> Result<Vec<Stored>> {
    let system = |what: &str, e: io::Error| failed(path, format!("{what}: {e}"), UNREADABLE, Some(e));
    let file = File::open(path).map_err(|e| system("it cannot be opened", e))?;
    let size = file.metadata().map_err(|e| system("its size cannot be read", e))?.len();
    let damaged = |Wrong { offset, what }| failed(path, format!("at byte {offset}: {what}"), DAMAGED, None);
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
    let open = Arc::new(Open { path: path.into(), file });
    Ok(placed.into_iter().map(|placed| stored(placed, &open)).collect())
}

struct Open {
    path: PathBuf,
    file: File,
}

fn stored(Placed { name, shape, dtype, count, offset }: Placed, open: &Arc<Open>) -> Stored {
    let width = dtype::width(dtype).unwrap_or(1);
    let elements = Box::new(InFile { open: open.clone(), tensor: name.clone(), width, offset });
    Stored { name, shape, dtype, count, id: None, elements }
}

/// The elements of one tensor of a file.
struct InFile {
    open: Arc<Open>,
    tensor: String,
    width: usize,
    /// Where its bytes start.
    offset: u64,
}

impl Elements for InFile {
    fn read(&self, first: usize, out: &mut [u8]) -> Result<()> {
        let offset = self.offset + (first * self.width) as u64;
        read_at(&self.open.file, out, offset).map_err(|e| {
            let what = format!("at byte {offset}, in `{}`: it cannot be read: {e}", self.tensor);
            failed(&self.open.path, what, DAMAGED, Some(e))
        })?;
        if cfg!(target_endian = "big") {
            out.chunks_mut(self.width).for_each(<[u8]>::reverse);
        }
        Ok(())
    }
}

fn failed(path: &Path, what: String, way_out: &'static str, source: Option<io::Error>) -> Error {
    Error::File { path: path.into(), what, way_out, source }
}
