//! What every worker has to know: tensors, rules, files, and a digest of it all.

mod digest;
mod document;
mod entry;
mod fingerprint;
mod loads;
mod plan;
mod split;
mod table;

pub use document::Manifest;
pub use entry::{Entry, File, Grown, Stored};
pub use loads::{LoadedFile, Loads, NeverAsked};
pub use plan::{Limit, Plan};
