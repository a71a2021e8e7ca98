//! What the program does, one command a file.

mod check;
mod difference;
mod families;
mod files;
mod man;
mod shards;

pub(crate) use check::{inspect, verify};
pub(crate) use difference::diff;
pub(crate) use families::{completions, families};
pub(crate) use files::{finish, make, plan};
pub(crate) use man::man;
pub(crate) use shards::shards;
