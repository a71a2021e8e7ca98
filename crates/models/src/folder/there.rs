//! What is there under a file's name.

use std::io::Read;

use candle_init_checkpoint::Layout;

use crate::error::Result;
use crate::place::Place;

/// What is there under a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    Nothing,
    /// The header and the size of this file.
    Complete,
    Other,
}

/// What is there. The header has the digest of what the values follow from.
pub(crate) fn is_there(place: &Place, name: &str, layout: &Layout) -> Result<There> {
    match place.size(name)? {
        None => return Ok(There::Nothing),
        Some(size) if size != layout.size() => return Ok(There::Other),
        Some(_) => {}
    }
    let mut header = vec![0; layout.header().len()];
    let mut file = place.read(name, 0..header.len() as u64)?;
    file.read_exact(&mut header).map_err(place.cannot(name, "cannot be read"))?;
    Ok(if header == layout.header() { There::Complete } else { There::Other })
}
