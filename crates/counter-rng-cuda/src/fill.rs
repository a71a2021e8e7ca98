//! One launch.

use counter_rng::{Constants, Distribution, Element, Error, Key, Stream};

use crate::arguments::{Arguments, numbers};

/// Dtypes as the kernels name them.
const DTYPES: [&str; 4] = ["f32", "bf16", "f16", "f8e4m3"];

/// Elements of a tile of the stream (`docs/stream.md`, 2): a thread takes a quarter of one.
const TILE: u64 = 64;

/// Threads of a block.
pub const THREADS: u32 = 128;

/// Most blocks of a launch, some ten times what a large GPU holds at once; a thread goes on to other elements where more are
/// needed. An H200 is 2 to 4 % slower with four times as many.
const MOST_BLOCKS: u64 = 1 << 14;

/// Bytes that a constant repeats.
const PATTERN: usize = 16;

/// One launch: elements of a distribution into memory of a GPU.
///
/// ```
/// use counter_rng::{Distribution, Stream};
/// use counter_rng_cuda::Fill;
/// let (stream, distribution) = (Stream::new(42, "fc1.weight"), Distribution::normal(0.0, 0.02)?);
/// let fill = Fill::new::<half::bf16>(&stream, &distribution, 0, 784 * 256)?;
/// assert_eq!(fill.map(|fill| (fill.entry(), fill.blocks())), Some(("normal", 98)));
/// assert_eq!(Fill::new::<f64>(&stream, &distribution, 0, 784 * 256)?, None);
/// # Ok::<(), counter_rng::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    entry: &'static str,
    threads: u64,
    arguments: Arguments,
}

impl Fill {
    /// The launch that gives elements `start .. start + count` of `distribution`, as [`Stream::fill`] gives them. `None` where
    /// there is no kernel: `f64` has one for constants only.
    ///
    /// # Errors
    /// As [`Stream::fill`].
    pub fn new<T: Element>(
        stream: &Stream,
        distribution: &Distribution,
        start: u64,
        count: u64,
    ) -> Result<Option<Self>, Error> {
        start.checked_add(count).ok_or(Error::IndexOverflow { start, count })?;
        let constants = distribution.constants::<T>()?;
        if let Constants::Constant { value } = constants {
            return Self::constant(T::nearest(value), count).map(Some);
        }
        let Some(dtype) = DTYPES.iter().position(|name| *name == T::NAME) else { return Ok(None) };
        let Some((entry, numbers)) = numbers(&constants) else { return Ok(None) };
        let key = stream.key();
        let (round_keys, tweak, dtype) = (round_keys(&key), key.tweak(), dtype as u32);
        let arguments = Arguments { start, count, round_keys, tweak, dtype, ..numbers };
        Ok(Some(Self { entry, threads: threads(start, count), arguments }))
    }

    /// The launch that repeats `value`.
    fn constant<T: Element>(value: T, count: u64) -> Result<Self, Error> {
        let bytes = count.checked_mul(size_of::<T>() as u64);
        let count = bytes.ok_or(Error::OutOfMemory { count, dtype: T::NAME })?;
        let mut pattern = [0_u32; PATTERN / 4];
        let values = bytemuck::cast_slice_mut::<u32, u8>(&mut pattern).chunks_exact_mut(size_of::<T>());
        values.for_each(|part| part.copy_from_slice(bytemuck::bytes_of(&value)));
        let arguments = Arguments { count, pattern, ..Arguments::default() };
        Ok(Self { entry: "constant", threads: count.div_ceil(PATTERN as u64), arguments })
    }

    /// The kernel's name in the PTX.
    #[must_use]
    pub fn entry(&self) -> &'static str {
        self.entry
    }

    /// Its first argument, by value; the second is the address of the first element that is asked for.
    #[must_use]
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// Blocks of [`THREADS`] to launch. Any other number gives the same values at another speed.
    #[must_use]
    pub fn blocks(&self) -> u32 {
        self.threads.div_ceil(u64::from(THREADS)).clamp(1, MOST_BLOCKS) as u32
    }
}

/// Threads that have something to do: four a tile.
fn threads(start: u64, count: u64) -> u64 {
    let tile = |element: u64| element / TILE;
    count.checked_sub(1).map_or(0, |last| 4 * (tile(start + last) - tile(start) + 1))
}

/// The two words of each round's key, one round after another.
fn round_keys(key: &Key) -> [u32; 20] {
    let keys = key.round_keys();
    std::array::from_fn(|i| keys[i / 2][i % 2])
}
