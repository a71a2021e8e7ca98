//! A threshold and where it comes from.

use std::fmt;

use serde::Serialize;

use crate::text::number::short;

/// A threshold with its reason: theory where there is one, a published rule elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// The threshold that a measured figure broke.
    pub value: f64,
    /// Where it comes from.
    pub source: &'static str,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", short(self.value), self.source)
    }
}
