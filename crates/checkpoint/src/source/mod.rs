//! Which files a path means, and what must be in them.

mod folder;
mod index;
pub(crate) mod read;
