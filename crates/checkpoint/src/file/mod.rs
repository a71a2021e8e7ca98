//! One safetensors file: its header checked, its bytes mapped or read.

mod header;
mod mapped;
pub(crate) mod opened;
mod positioned;

pub(crate) use header::{LONGEST, Placed};
