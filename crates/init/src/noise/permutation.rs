//! A seeded order.

use counter_rng::{Purpose, Stream};
use rand_core::Rng as _;

/// The indices in the order of their words in a stream's permutation words; equal words go by index, as in `sparse`.
pub(crate) fn permutation(seed: u64, name: &str, count: u32) -> Vec<u32> {
    let mut rng = Stream::with_purpose(seed, name, Purpose::Permutation).rng();
    let mut order: Vec<(u32, u32)> = (0..count).map(|index| (rng.next_u32(), index)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
}
