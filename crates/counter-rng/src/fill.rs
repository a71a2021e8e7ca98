//! A range of elements into a slice: tiles, heads and tails, threads.

use rayon::prelude::*;

use crate::element::Element;
use crate::kernel::{Job, Kernel, Words};
use crate::key::Key;
use crate::philox::{LANES, Lanes, TILE};
use crate::sampler::Sampler;
use crate::transform::Transform;

/// What one thread takes at a time: a whole number of tiles, 128 KiB of `f32`. A smaller slice
/// stays on the calling thread, because waking another costs more.
const CHUNK: usize = 512 * TILE;

/// The two word streams of a name: values, and the low halves that only `f64` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Keys {
    pub(crate) high: Key,
    pub(crate) low: Key,
}

/// One thread's part.
struct Fill<'a, T, S> {
    keys: Keys,
    sampler: S,
    start: u64,
    out: &'a mut [T],
}

/// The values of one tile of words; `low` is read for `f64` only.
#[inline(always)]
pub(crate) fn tile_values<T: Element, S: Transform<T::Wide>>(
    sampler: &S,
    high: &[Lanes<u32>; 4],
    low: &[Lanes<u32>; 4],
    out: &mut [T; TILE],
) {
    let rows: [Lanes<T::Wide>; 4] = [
        sampler.lanes(&high[0], &low[0]),
        sampler.lanes(&high[1], &low[1]),
        sampler.lanes(&high[2], &low[2]),
        sampler.lanes(&high[3], &low[3]),
    ];
    let mut wide = [rows[0][0]; TILE];
    for (to, from) in wide.chunks_exact_mut(LANES).zip(&rows) {
        to.copy_from_slice(from);
    }
    T::round_tile(&wide, out);
}

impl<T: Element, S: Transform<T::Wide>> Fill<'_, T, S> {
    #[inline(always)]
    fn tile<W: Words>(words: W, keys: &Keys, sampler: &S, tile: u64, out: &mut [T; TILE]) {
        let high = words.tile(&keys.high, tile);
        let low = if size_of::<T::Wide>() == 8 { words.tile(&keys.low, tile) } else { high };
        tile_values(sampler, &high, &low, out);
    }
}

impl<T: Element, S: Transform<T::Wide>> Job for Fill<'_, T, S> {
    /// One place computes a tile, whole or cut at the range's ends, because a second one would be a second copy
    /// of all that is inlined there.
    #[inline(always)]
    fn run<W: Words>(self, words: W) {
        let Self { keys, sampler, start, out } = self;
        let (mut tile, mut offset) = (start / TILE as u64, (start % TILE as u64) as usize);
        let (mut rest, mut whole) = (out, [T::zeroed(); TILE]);
        while !rest.is_empty() {
            let (now, later) = rest.split_at_mut(rest.len().min(TILE - offset));
            let target = <&mut [T; TILE]>::try_from(&mut *now).unwrap_or(&mut whole);
            Self::tile(words, &keys, &sampler, tile, target);
            if now.len() < TILE {
                now.copy_from_slice(&whole[offset..offset + now.len()]);
            }
            (rest, offset, tile) = (later, 0, tile + 1);
        }
    }
}

fn fill_with<T: Element, S: Transform<T::Wide>>(
    kernel: Kernel,
    keys: Keys,
    sampler: S,
    start: u64,
    out: &mut [T],
) {
    let part = |(i, out): (usize, &mut [T])| {
        kernel.run(Fill { keys, sampler, start: start + (i * CHUNK) as u64, out });
    };
    if out.len() < 2 * CHUNK {
        part((0, out));
    } else {
        out.par_chunks_mut(CHUNK).enumerate().for_each(part);
    }
}

/// A constant, rounded to `T` as every value is.
pub(crate) fn constant<T: Element>(value: T::Wide) -> T {
    let mut tile = [T::zeroed(); TILE];
    T::round_tile(&[value; TILE], &mut tile);
    tile[0]
}

/// Fills `out` with elements `start..` of the law.
pub(crate) fn fill<T: Element>(
    kernel: Kernel,
    keys: Keys,
    sampler: Sampler<T::Wide>,
    start: u64,
    out: &mut [T],
) {
    match sampler {
        Sampler::Constant(s) => out.fill(constant(s)),
        Sampler::Uniform(s) => fill_with(kernel, keys, s, start, out),
        Sampler::Normal(s) => fill_with(kernel, keys, s, start, out),
        Sampler::Truncated(s) => fill_with(kernel, keys, s, start, out),
    }
}
