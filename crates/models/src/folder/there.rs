//! What is there under a file's name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use candle_init_checkpoint::Layout;

use crate::error::{Error, Result};

/// What is there under a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    Nothing,
    /// The header and the size of this file.
    Complete,
    Other,
}

pub(crate) fn is_there(path: &Path, layout: &Layout) -> Result<There> {
    let system = |source| Error::System { path: path.into(), what: "cannot be read", source };
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
        opened => opened.map_err(system)?,
    };
    let metadata = file.metadata().map_err(system)?;
    if !metadata.is_file() || metadata.len() != layout.size() {
        return Ok(There::Other);
    }
    let mut header = vec![0; layout.header().len()];
    file.read_exact(&mut header).map_err(system)?;
    Ok(if header == layout.header() { There::Complete } else { There::Other })
}
