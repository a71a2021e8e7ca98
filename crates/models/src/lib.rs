#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")
)]

mod blueprint;
mod error;
mod folder;
mod launcher;
mod manifest;
mod part;
mod place;
mod shard;
mod source;
mod tensor;

pub use candle_init_checkpoint::Dtype;

pub use blueprint::Blueprint;
pub use error::{Error, Result};
pub use folder::{Difference, Finished, Made, Verified, finish, make, verify};
pub use launcher::{Launcher, part_of};
pub use manifest::{Entry, File, Grown, Limit, LoadedFile, Loads, Manifest, NeverAsked, Plan, Stored};
pub use part::Part;
pub use place::{Place, Store, Writing};
pub use shard::{Held, Sharded, Sharding, shard};
pub use source::{like, shapes};
pub use tensor::Tensor;
