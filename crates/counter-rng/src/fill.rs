//! A range of elements into a slice: tiles, heads and tails, threads.

use rayon::prelude::*;

use crate::element::Element;
use crate::error::Error;
use crate::kernel::{Job, Kernel, Simd, memory};
use crate::key::Key;
use crate::philox::TILE;
use crate::sampler::Sampler;
use crate::transform::{self, Transform, Wide};

/// What one thread takes at a time: a whole number of tiles, 128 KiB of `f32`.
const CHUNK: usize = 512 * TILE;
/// Elements below which a slice of `f32` stays on the calling thread, because waking another takes longer than it saves.
const SHARED: usize = 6 * CHUNK;
/// The same where a value takes several times as long: in `f64`, or without vectors.
const SHARED_SLOW: usize = 2 * CHUNK;

/// The two word streams of a name: values, and the low halves that only `f64` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keys {
    pub(crate) high: Key,
    pub(crate) low: Key,
}

/// One thread's part: the elements from `start` on.
struct Fill<'a, T, F> {
    keys: Keys,
    transform: F,
    start: u64,
    out: &'a mut [T],
}

/// The values of one tile of words, rounded into memory.
#[inline(always)]
pub(crate) fn store_tile<S: Simd, T: Element, F: Transform<T::Wide>>(
    simd: S,
    transform: &F,
    words: &[<T::Wide as Wide>::Word<S>; 4],
    out: &mut [T; TILE],
) {
    let rows = transform::tile(simd, transform, words);
    let (out, _) = out.as_chunks_mut();
    T::store(simd, rows[0], &mut out[0]);
    T::store(simd, rows[1], &mut out[1]);
    T::store(simd, rows[2], &mut out[2]);
    T::store(simd, rows[3], &mut out[3]);
}

/// `N` tiles at once, the first of which is a multiple of `N`.
#[inline(always)]
fn store_tiles<S: Simd, T: Element, F: Transform<T::Wide>, const N: usize>(
    simd: S,
    keys: &Keys,
    transform: &F,
    first: u64,
    out: &mut [[T; TILE]; N],
) {
    let words = T::Wide::tiles::<S, N>(simd, keys, first);
    for i in 0..N {
        store_tile(simd, transform, &words[i], &mut out[i]);
    }
}

impl<T: Element, F: Transform<T::Wide>> Fill<'_, T, F> {
    /// One place computes tiles, whole or cut at the range's ends, because a second one would be a second copy
    /// of all that is inlined there.
    #[inline(always)]
    fn steps<S: Simd, const N: usize>(self, simd: S) {
        let Self { keys, transform, start, out } = self;
        let step = N * TILE;
        let mut first = start / step as u64 * N as u64;
        let mut offset = (start % step as u64) as usize;
        let (mut rest, mut whole) = (out, [[T::zeroed(); TILE]; N]);
        while !rest.is_empty() {
            let (now, later) = rest.split_at_mut(rest.len().min(step - offset));
            let target = <&mut [[T; TILE]; N]>::try_from(now.as_chunks_mut().0).unwrap_or(&mut whole);
            store_tiles(simd, &keys, &transform, first, target);
            if now.len() < step {
                now.copy_from_slice(&whole.as_flattened()[offset..offset + now.len()]);
            }
            (rest, offset, first) = (later, 0, first + N as u64);
        }
    }
}

impl<T: Element, F: Transform<T::Wide>> Job for Fill<'_, T, F> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match S::TILES {
            2 if T::Wide::SINGLE => self.steps::<S, 2>(simd),
            _ => self.steps::<S, 1>(simd),
        }
    }
}

fn fill_with<T: Element, F: Transform<T::Wide>>(
    kernel: Kernel,
    keys: Keys,
    transform: F,
    start: u64,
    out: &mut [T],
) {
    let part = |(i, out): (usize, &mut [T])| {
        kernel.run(Fill { keys, transform, start: start + (i * CHUNK) as u64, out });
    };
    let slow = !T::Wide::SINGLE || kernel == Kernel::Portable;
    share(out, if slow { SHARED_SLOW } else { SHARED }, part);
}

/// Hands the slice out in parts, each with its number, if it has as many elements as that.
fn share<T: Send>(out: &mut [T], least: usize, part: impl Fn((usize, &mut [T])) + Sync + Send) {
    if out.len() < least {
        part((0, out));
    } else {
        out.par_chunks_mut(CHUNK).enumerate().for_each(part);
    }
}

/// Bytes from which allocators take new pages from the system, which are zeros: glibc's from 32 MiB at the latest.
const ALWAYS_FRESH: u64 = 64 << 20;

/// A new vector of one value. All threads together write a large one, whose zeros cost nothing; a smaller one may lie
/// in memory that was used before, and is written once instead of being zeroed first.
pub(crate) fn repeated<T: Element>(value: T, count: u64) -> Result<Vec<T>, Error> {
    if count < ALWAYS_FRESH / size_of::<T>() as u64 {
        return memory::repeated(value, count);
    }
    let mut values = memory::zeroed(count)?;
    repeat(value, &mut values);
    Ok(values)
}

/// The same value everywhere.
fn repeat<T: Element>(value: T, out: &mut [T]) {
    share(out, SHARED, |(_, out)| out.fill(value));
}

/// Fills `out` with elements `start..` of the distribution.
pub(crate) fn fill<T: Element>(
    kernel: Kernel,
    keys: Keys,
    sampler: Sampler<T::Wide>,
    start: u64,
    out: &mut [T],
) {
    match sampler {
        Sampler::Constant(s) => repeat(T::nearest(s.into()), out),
        Sampler::Uniform(s) => fill_with(kernel, keys, s, start, out),
        Sampler::Normal(s) => fill_with(kernel, keys, s, start, out),
        Sampler::Truncated(s) => fill_with(kernel, keys, s, start, out),
    }
}
