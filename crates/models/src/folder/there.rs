//! What is there under a file's name.

use std::io::Read;

use candle_init_checkpoint::Layout;

use crate::error::Result;
use crate::place::Place;

/// What is there under a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    Nothing,
    /// The header and the size of this file and, where the place keeps it, the digest.
    Complete,
    Other,
}

/// What is there. Without a digest any file of this header and size will do.
pub(crate) fn is_there(place: &Place, name: &str, layout: &Layout, digest: Option<&str>) -> Result<There> {
    let Some(found) = place.find(name)? else { return Ok(There::Nothing) };
    let another = digest.zip(found.digest.as_deref()).is_some_and(|(ours, theirs)| ours != theirs);
    if found.size != layout.size() || another {
        return Ok(There::Other);
    }
    let mut header = vec![0; layout.header().len()];
    let mut file = place.read(name, 0..header.len() as u64)?;
    file.read_exact(&mut header).map_err(place.cannot(name, "cannot be read"))?;
    Ok(if header == layout.header() { There::Complete } else { There::Other })
}
