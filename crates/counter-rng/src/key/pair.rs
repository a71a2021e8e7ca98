//! The two keys of a stream.

use crate::key::hash::Key;

/// The two word streams of a name: the words themselves, and the low halves that only `f64` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keys {
    pub(crate) high: Key,
    pub(crate) low: Key,
}
