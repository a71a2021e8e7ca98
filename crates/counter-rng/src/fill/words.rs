//! What given words stand for: the mapping of the contract without its generator.

use crate::distribution::Distribution;
use crate::dtype::Dtype;
use crate::error::Error;
use crate::fill::sampler::Sampler;
use crate::fill::tile::store_tile;
use crate::kernel::{Job, Kernel, Simd};
use crate::key::{LANES, Lanes, TILE};
use crate::transform::{Transform, Wide};

/// The values that `words` stand for, in their order.
pub(crate) fn values_of<T: Dtype>(distribution: &Distribution, words: &[u64]) -> Result<Vec<T>, Error> {
    let no_memory = |()| Error::OutOfMemory { count: words.len() as u64, dtype: T::NAME };
    let mut out = bytemuck::allocation::try_zeroed_vec(words.len()).map_err(no_memory)?;
    let kernel = Kernel::detect();
    match Sampler::new::<T>(distribution)? {
        Sampler::Constant(s) => out.fill(T::nearest(s.into())),
        Sampler::Uniform(sampler) => kernel.run(Map { sampler, words, out: &mut out }),
        Sampler::Normal(sampler) => kernel.run(Map { sampler, words, out: &mut out }),
        Sampler::Truncated(sampler) => kernel.run(Map { sampler, words, out: &mut out }),
    }
    Ok(out)
}

/// As many values as words.
struct Map<'a, T, S> {
    sampler: S,
    words: &'a [u64],
    out: &'a mut [T],
}

impl<T: Dtype, F: Transform<T::Wide>> Job for Map<'_, T, F> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for (words, out) in self.words.chunks(TILE).zip(self.out.chunks_mut(TILE)) {
            let mut tile = [T::zeroed(); TILE];
            let (high, low) = halves(words);
            let mut rows = [T::Wide::load(simd, &high[0], &low[0]); 4];
            for j in 1..4 {
                rows[j] = T::Wide::load(simd, &high[j], &low[j]);
            }
            store_tile(simd, &self.sampler, &rows, &mut tile);
            out.copy_from_slice(&tile[..out.len()]);
        }
    }
}

/// Up to a tile of words as rows of upper and lower halves; zeros behind the last.
#[inline(always)]
fn halves(words: &[u64]) -> ([Lanes<u32>; 4], [Lanes<u32>; 4]) {
    let (mut high, mut low) = ([[0; LANES]; 4], [[0; LANES]; 4]);
    for (i, word) in words.iter().enumerate() {
        high[i / LANES][i % LANES] = (word >> 32) as u32;
        low[i / LANES][i % LANES] = *word as u32;
    }
    (high, low)
}
