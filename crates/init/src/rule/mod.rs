//! An initializer with its modifiers and layer kind, in code and as text.

mod compose;
mod definition;
pub(crate) mod modifier;
mod norm;
pub(crate) mod paper;
mod text;

pub use definition::Rule;
pub(crate) use definition::{Base, Block, Custom, Norm, Other};
