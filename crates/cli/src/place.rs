//! Where the files of a model go.

use std::path::{Path, PathBuf};

use candle_init_models::Place;
use clap::builder::{PathBufValueParser, TypedValueParser, ValueParser};

use crate::address::Address;
use crate::failure::Failure;
#[cfg(feature = "object-store")]
use crate::store::open;

/// A folder, or what an address means.
pub(crate) fn place(path: &Path) -> Result<Place, Failure> {
    match Address::of(path)? {
        None => Ok(path.into()),
        Some(address) => open(address),
    }
}

#[cfg(not(feature = "object-store"))]
fn open(address: Address) -> Result<Place, Failure> {
    Err(Failure::Usage(format!(
        "{address} is in an object store, and this program was built without them: \
         `cargo install candle-init-cli --features object-store` (in a clone: `--path crates/cli` for the name), or give a \
         folder"
    )))
}

/// Reads the path of what has to lie on this machine.
pub(crate) fn here() -> ValueParser {
    ValueParser::new(PathBufValueParser::new().try_map(|path: PathBuf| match path.to_string_lossy() {
        text if text.contains("://") => Err(
            "it is read from this machine's disk only: download it first, such as by `aws s3 cp --recursive`, \
             `gcloud storage cp -r` or `azcopy copy --recursive`",
        ),
        _ => Ok(path),
    }))
}
