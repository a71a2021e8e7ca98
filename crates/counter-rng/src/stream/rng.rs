//! A stream as a generator for the `rand` ecosystem.

use std::convert::Infallible;

use rand_core::TryRng;

use crate::key::TILE;
use crate::stream::values::Stream;

/// The words of a [`Stream`] one after another, with a position that can be set.
///
/// Implements `rand_core`'s [`TryRng`] without errors, hence `Rng`: every distribution of
/// `rand_distr` draws from it. `next_u64` takes two words, the low one first; `fill_bytes` takes
/// words in little-endian order and drops the rest of its last word.
#[derive(Clone, Debug)]
pub struct StreamRng {
    stream: Stream,
    position: u64,
    /// The words of the tile around `position`, once it has been entered.
    tile: Option<(u64, [u32; TILE])>,
}

impl Stream {
    /// The words in element order, as a generator for the `rand` and `rand_distr` crates.
    ///
    /// ```
    /// use counter_rng::Stream;
    /// use rand_distr::{Distribution, LogNormal};
    /// let mut rng = Stream::new(42, "mixer.dt_bias").rng();
    /// let distribution = LogNormal::new(-3.0, 1.0).map_err(|e| e.to_string())?;
    /// let first: f32 = distribution.sample(&mut rng);
    /// rng.set_position(0);
    /// assert_eq!(first, distribution.sample(&mut rng));
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn rng(&self) -> StreamRng {
        StreamRng::new(*self)
    }
}

impl StreamRng {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, position: 0, tile: None }
    }

    /// The element whose word comes next.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Goes to any element, forwards or backwards, at once.
    pub fn set_position(&mut self, element: u64) {
        self.position = element;
    }

    fn next_word(&mut self) -> u32 {
        let index = self.position / TILE as u64;
        let words = match self.tile {
            Some((at, words)) if at == index => words,
            _ => self.stream.tile(index),
        };
        self.tile = Some((index, words));
        let word = words[(self.position % TILE as u64) as usize];
        self.position = self.position.wrapping_add(1);
        word
    }
}

impl TryRng for StreamRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.next_word());
        Ok(low | u64::from(self.next_word()) << 32)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for bytes in out.chunks_mut(4) {
            bytes.copy_from_slice(&self.next_word().to_le_bytes()[..bytes.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_bytes_and_positions_agree() {
        let stream = Stream::new(7, "distribution");
        let mut rng = stream.rng();
        for element in 0..200 {
            assert_eq!(rng.try_next_u32(), Ok(stream.word(element)));
        }
        rng.set_position(62);
        let (low, high) = (u64::from(stream.word(62)), u64::from(stream.word(63)));
        assert_eq!(rng.try_next_u64(), Ok(low | high << 32));
        let mut bytes = [0; 7];
        assert_eq!(rng.try_fill_bytes(&mut bytes), Ok(()));
        assert_eq!(bytes[..4], stream.word(64).to_le_bytes());
        assert_eq!(bytes[4..], stream.word(65).to_le_bytes()[..3]);
        assert_eq!(rng.position(), 66);
    }
}
