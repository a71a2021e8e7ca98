//! How much a finding matters.

use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Training may be slower or less stable; nothing stops it.
    Warning,
    /// The network, or this part of it, will not train as it stands.
    Fault,
}
