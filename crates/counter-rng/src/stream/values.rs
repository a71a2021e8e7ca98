//! The stream of one name: values by element index.

use std::ops::Range;

use crate::distribution::Distribution;
use crate::error::Error;
use crate::fill::{Element, zeroed};
use crate::kernel::Kernel;
use crate::key::{Key, Keys, LANES, Purpose, TILE, tile_words};

/// The random numbers of one name under one seed: a function of the element index.
///
/// A stream has no state. Element 7 of `"fc1.weight"` under seed 42 is the same number whoever
/// asks, in whatever order, by however many threads, in a whole tensor or in a slice.
///
/// ```
/// use counter_rng::{Distribution, Stream};
/// let stream = Stream::new(42, "fc1.weight");
/// let distribution = Distribution::normal(0.0, 0.02)?;
/// let whole = stream.vec::<f32>(&distribution, 0..10_000)?;
/// let slice = stream.vec::<f32>(&distribution, 4_321..4_330)?;
/// assert_eq!(slice, whole[4_321..4_330]);
/// # Ok::<(), counter_rng::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stream(Keys);

impl Stream {
    /// The values of `name` under `seed`. Any text is a name, the empty one too.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        Self::with_purpose(seed, name, Purpose::Values)
    }

    /// The words of `name` for another purpose, in `f64` too: no purpose shares a word, or the lower half of one, with
    /// another.
    #[must_use]
    pub fn with_purpose(seed: u64, name: &str, purpose: Purpose) -> Self {
        Self(Keys::new(seed, name, purpose))
    }

    /// The 32-bit word of element `index`.
    ///
    /// ```
    /// # use counter_rng::Stream;
    /// assert_eq!(Stream::new(42, "fc1.weight").word(1000), 0x724d_a6c9);
    /// ```
    #[must_use]
    pub fn word(&self, index: u64) -> u32 {
        self.tile(index / TILE as u64)[(index % TILE as u64) as usize]
    }

    /// The 64-bit word that an `f64` at `index` is made of: its upper half is [`word`](Self::word), its lower half has a
    /// key of its own.
    ///
    /// ```
    /// # use counter_rng::Stream;
    /// let stream = Stream::new(42, "fc1.weight");
    /// assert_eq!((stream.long_word(1000) >> 32) as u32, stream.word(1000));
    /// ```
    #[must_use]
    pub fn long_word(&self, index: u64) -> u64 {
        let low = tile_of(&self.0.low, index / TILE as u64)[(index % TILE as u64) as usize];
        u64::from(self.word(index)) << 32 | u64::from(low)
    }

    /// The key of its words.
    #[must_use]
    pub fn key(&self) -> Key {
        self.0.high
    }

    /// The 64 words of elements `64·tile ..`.
    pub(crate) fn tile(&self, tile: u64) -> [u32; TILE] {
        tile_of(&self.0.high, tile)
    }

    /// Fills `out` with elements `start..` of `distribution`, by the fastest kernel and all threads of
    /// the current rayon pool.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`], [`Error::SpreadLost`] or [`Error::NothingBetween`] where the dtype cannot
    /// hold the distribution, [`Error::IndexOverflow`] for a range past 2⁶⁴. `out` is untouched then.
    pub fn fill<T: Element>(
        &self,
        distribution: &Distribution,
        start: u64,
        out: &mut [T],
    ) -> Result<(), Error> {
        self.fill_with(Kernel::detect(), distribution, start, out)
    }

    /// [`fill`](Self::fill) by a kernel of your choice: the same values at another speed.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn fill_with<T: Element>(
        &self,
        kernel: Kernel,
        distribution: &Distribution,
        start: u64,
        out: &mut [T],
    ) -> Result<(), Error> {
        T::fill(kernel, self.0, distribution, start, out)
    }

    /// A new vector of the elements in `range`. An empty or reversed range gives an empty one.
    ///
    /// # Errors
    /// As [`fill`](Self::fill), and [`Error::OutOfMemory`] where the memory cannot be had.
    pub fn vec<T: Element>(&self, distribution: &Distribution, range: Range<u64>) -> Result<Vec<T>, Error> {
        let count = range.end.saturating_sub(range.start);
        if let Some(values) = distribution.constant_vec(count) {
            return values;
        }
        let mut out = zeroed(count)?;
        self.fill(distribution, range.start, &mut out)?;
        Ok(out)
    }
}

/// The words of a tile in the order of its elements.
fn tile_of(key: &Key, tile: u64) -> [u32; TILE] {
    let rows = tile_words(key, tile);
    std::array::from_fn(|i| rows[i / LANES][i % LANES])
}
