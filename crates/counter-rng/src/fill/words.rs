//! What given words stand for: the mapping of the contract without its generator.

use crate::distribution::Distribution;
use crate::dtype::Dtype;
use crate::error::Error;
use crate::fill::sampler::Sampler;
use crate::kernel::{Job, Kernel, Simd};
use crate::key::{LANES, Lanes, TILE};
use crate::transform::{self, Transform, Wide};

/// The values that `words` stand for, in their order.
pub(crate) fn values_of<T: Dtype>(distribution: &Distribution, words: &[u64]) -> Result<Vec<T>, Error> {
    let no_memory = |()| Error::OutOfMemory { count: words.len() as u64, dtype: T::NAME };
    let mut out = bytemuck::allocation::try_zeroed_vec(words.len()).map_err(no_memory)?;
    match Sampler::new::<T>(distribution)? {
        Sampler::Constant(s) => out.fill(T::nearest(s.into())),
        Sampler::Uniform(s) => map(s, words, &mut out),
        Sampler::Normal(s) => map(s, words, &mut out),
        Sampler::Truncated(s) => map(s, words, &mut out),
    }
    Ok(out)
}

/// As many values as words, a tile at a time: computed and then rounded, in two jobs, so that the long one is compiled once for
/// all dtypes of its width.
fn map<T: Dtype, F: Transform<T::Wide>>(transform: F, words: &[u64], out: &mut [T]) {
    let kernel = Kernel::detect();
    for (words, out) in words.chunks(TILE).zip(out.chunks_mut(TILE)) {
        let mut wide = [[T::Wide::from_f64(0.0); LANES]; 4];
        kernel.run(Compute { transform, words, out: &mut wide });
        let mut tile = [[T::zeroed(); LANES]; 4];
        kernel.run(Round { wide: &wide, out: &mut tile });
        out.copy_from_slice(&tile.as_flattened()[..out.len()]);
    }
}

/// Up to a tile of words into numbers.
struct Compute<'a, W, F> {
    transform: F,
    words: &'a [u64],
    out: &'a mut [Lanes<W>; 4],
}

impl<W: Wide, F: Transform<W>> Job for Compute<'_, W, F> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (high, low) = halves(self.words);
        let mut rows = [W::load(simd, &high[0], &low[0]); 4];
        for j in 1..4 {
            rows[j] = W::load(simd, &high[j], &low[j]);
        }
        let rows = transform::tile(simd, &self.transform, &rows);
        for j in 0..4 {
            W::write(simd, rows[j], &mut self.out[j]);
        }
    }
}

/// Numbers into values of the dtype.
struct Round<'a, W, T> {
    wide: &'a [Lanes<W>; 4],
    out: &'a mut [Lanes<T>; 4],
}

impl<T: Dtype> Job for Round<'_, T::Wide, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for j in 0..4 {
            T::store(simd, T::Wide::read(simd, &self.wide[j]), &mut self.out[j]);
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
