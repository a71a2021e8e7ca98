//! A slice over the threads of the current rayon pool.

use rayon::prelude::*;

use crate::key::TILE;

/// What one thread takes at a time: a whole number of tiles, 128 KiB of `f32`, which stay in a core's second-level cache.
pub(crate) const CHUNK: usize = 512 * TILE;
/// Elements below which a slice of `f32` stays on the calling thread, because waking another takes longer than it saves.
pub(crate) const SHARED: usize = 6 * CHUNK;
/// The same where a value takes several times as long: in `f64`, or without vectors.
pub(crate) const SHARED_SLOW: usize = 2 * CHUNK;

/// Hands the slice out in parts of [`CHUNK`], each with its number, if it has at least `least` elements.
pub(crate) fn share<T: Send>(out: &mut [T], least: usize, part: impl Fn((usize, &mut [T])) + Sync + Send) {
    if out.len() < least {
        part((0, out));
    } else {
        out.par_chunks_mut(CHUNK).enumerate().for_each(part);
    }
}
