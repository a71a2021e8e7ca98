//! What every worker has to know: tensors, rules, files, and a digest of it all.

mod digest;
mod document;
mod plan;
mod split;
mod table;

pub use document::{Entry, File, Manifest};
pub use plan::{Limit, Plan};
