//! What given words stand for: the mapping of the contract without its generator.

use crate::distribution::Distribution;
use crate::element::Element;
use crate::error::Error;
use crate::fill::store_tile;
use crate::kernel::{Job, Kernel, Simd};
use crate::philox::{LANES, Lanes, TILE};
use crate::sampler::Sampler;
use crate::transform::{Transform, Wide};

impl Distribution {
    /// The values that `words` stand for under this distribution, in their order.
    ///
    /// The upper half of a word is what [`Stream::word`](crate::Stream::word) gives; the lower half is read for
    /// `f64` only. For tests of a re-implementation, and for the exact moments of a distribution over all
    /// words; weights come from [`Stream::fill`](crate::Stream::fill).
    ///
    /// ```
    /// use counter_rng::{Distribution, Stream};
    /// let (stream, distribution) = (Stream::new(42, "fc1.weight"), Distribution::normal(0.0, 0.02)?);
    /// let word = u64::from(stream.word(7)) << 32;
    /// assert_eq!(distribution.values_of::<f32>(&[word])?, stream.vec::<f32>(&distribution, 7..8)?);
    /// # Ok::<(), counter_rng::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Stream::vec`](crate::Stream::vec), but for the range.
    pub fn values_of<T: Element>(&self, words: &[u64]) -> Result<Vec<T>, Error> {
        T::values_of(self, words)
    }
}

/// The body of [`Distribution::values_of`].
pub(crate) fn values_of<T: Element>(distribution: &Distribution, words: &[u64]) -> Result<Vec<T>, Error> {
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

impl<T: Element, F: Transform<T::Wide>> Job for Map<'_, T, F> {
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
