//! What the values of parameters show, and what is wrong with them.

mod buffer;
mod consensus;
mod copies;
mod families;
mod hash;
mod interval;
pub(crate) mod judge;
mod likeness;
pub(crate) mod measure;
mod path;
mod scale;
pub(crate) mod scan;
mod singular;
mod strangers;
mod twins;
mod zeros;
