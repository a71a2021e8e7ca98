//! Elements of a stream.

use counter_rng::{Distribution, Stream};

/// Elements of a stream, from `start` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elements<'a> {
    pub(crate) stream: &'a Stream,
    pub(crate) distribution: &'a Distribution,
    pub(crate) start: u64,
}
