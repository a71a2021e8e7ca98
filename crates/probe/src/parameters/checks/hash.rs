//! A hash that goes on from another, so that what is hashed may be read piece by piece.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

/// The hash of some bytes that follow those of another hash. It picks candidates, which are then compared bit by bit.
pub(crate) fn hash(from: u64, bytes: &[u8]) -> u64 {
    FixedState::with_seed(from).hash_one(bytes)
}
