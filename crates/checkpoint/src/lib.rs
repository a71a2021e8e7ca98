#![doc = include_str!("../README.md")]
// `unsafe` is denied by the workspace and not forbidden here: file/mapped.rs maps a file into memory.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails by panicking says where"))]

mod checkpoint;
mod claim;
mod error;
mod file;
mod glob;
mod kind;
mod layout;
mod nearest;
mod shown;
mod source;
mod tensor;

pub use checkpoint::Checkpoint;
#[doc(hidden)]
pub use claim::{claimed, remove_unclaimed};
pub use error::{Error, Result};
#[doc(hidden)]
pub use glob::Glob;
pub use kind::Kind;
pub use layout::{Layout, Slot};
#[doc(hidden)]
pub use nearest::{nearest, nearest_to_pattern};
pub use safetensors::Dtype;
pub use shown::shown;
pub use tensor::Tensor;
