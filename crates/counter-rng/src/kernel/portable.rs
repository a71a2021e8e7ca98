//! The lanes as the target's baseline has them.

use super::{Job, Words};
use crate::key::Key;
use crate::philox::{Lanes, tile_words};

/// The generator as the compiler makes it for whatever instructions the job around it has.
#[derive(Clone, Copy)]
pub(super) struct Portable;

impl Words for Portable {
    #[inline(always)]
    fn tile(self, key: &Key, tile: u64) -> [Lanes<u32>; 4] {
        tile_words(key, tile)
    }
}

pub(super) fn run<J: Job>(job: J) {
    job.run(Portable);
}
