//! What the program does, one command a file.

mod difference;
mod families;
mod files;
mod inspect;
mod man;
mod shards;
mod verify;

pub(crate) use difference::diff;
pub(crate) use families::{completions, families};
pub(crate) use files::{finish, make, plan};
pub(crate) use inspect::inspect;
pub(crate) use man::man;
pub(crate) use shards::shards;
pub(crate) use verify::verify;
