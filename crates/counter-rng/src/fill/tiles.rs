//! A range of elements into a slice: whole tiles, and the cut ones at its ends.

use crate::distribution::Distribution;
use crate::dtype::Dtype;
use crate::error::Error;
use crate::fill::constant::repeat;
use crate::fill::sampler::Sampler;
use crate::fill::threads::{CHUNK, SHARED, SHARED_SLOW, share};
use crate::fill::tile::store_tile;
use crate::kernel::{Job, Kernel, Simd};
use crate::key::{Keys, TILE};
use crate::transform::{Transform, Wide};

/// One thread's part: the elements from `start` on.
struct Fill<'a, T, F> {
    keys: Keys,
    transform: F,
    start: u64,
    out: &'a mut [T],
}

/// `N` tiles at once, the first of which is a multiple of `N`.
#[inline(always)]
fn store_tiles<S: Simd, T: Dtype, F: Transform<T::Wide>, const N: usize>(
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

impl<T: Dtype, F: Transform<T::Wide>> Fill<'_, T, F> {
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

impl<T: Dtype, F: Transform<T::Wide>> Job for Fill<'_, T, F> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match S::TILES {
            2 if T::Wide::SINGLE => self.steps::<S, 2>(simd),
            _ => self.steps::<S, 1>(simd),
        }
    }
}

fn fill_with<T: Dtype, F: Transform<T::Wide>>(
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

/// Fills `out` with elements `start ..` of the distribution.
pub(crate) fn fill<T: Dtype>(
    kernel: Kernel,
    keys: Keys,
    distribution: &Distribution,
    start: u64,
    out: &mut [T],
) -> Result<(), Error> {
    let count = out.len() as u64;
    start.checked_add(count).ok_or(Error::IndexOverflow { start, count })?;
    match Sampler::new::<T>(distribution)? {
        Sampler::Constant(s) => repeat(T::nearest(s.into()), out),
        Sampler::Uniform(s) => fill_with(kernel, keys, s, start, out),
        Sampler::Normal(s) => fill_with(kernel, keys, s, start, out),
        Sampler::Truncated(s) => fill_with(kernel, keys, s, start, out),
    }
    Ok(())
}
