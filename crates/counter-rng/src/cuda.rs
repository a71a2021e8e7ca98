//! What to launch on an NVIDIA GPU for the elements of a distribution: the PTX, and the arguments of its kernels.
//!
//! Nothing here needs a GPU, a driver or a library of CUDA: a host that has them loads [`ptx`] and launches
//! [`Fill::entry`] with [`Fill::arguments`] and the address of the output. `candle-init` is such a host.
//! `docs/cuda.md` in the repository says how the PTX is made and what is promised.

use crate::distribution::Distribution;
use crate::error::Error;
use crate::fill::{Element, Sampler};
use crate::key::{Key, TILE, WEYL};
use crate::stream::Stream;

/// The kernels as PTX, oldest GPU first: least compute capability, text.
const TEXTS: [((i32, i32), &str); 2] =
    [((7, 5), include_str!("../cuda/fill.sm_75.ptx")), ((8, 0), include_str!("../cuda/fill.sm_80.ptx"))];

/// Dtypes as the kernels name them.
const DTYPES: [&str; 4] = ["f32", "bf16", "f16", "f8e4m3"];

/// Threads of a block.
pub const THREADS: u32 = 256;

/// Most blocks of a launch; a thread goes on where more are needed.
const MOST_BLOCKS: u64 = 1 << 16;

/// Bytes that a constant repeats.
const PATTERN: usize = 16;

/// The text that the driver compiles for a GPU of this compute capability (major, minor): `None` for one before
/// Turing (7.5). It is of PTX 7.0, which drivers since 450 (CUDA 11.0) read.
///
/// ```
/// use counter_rng::cuda::ptx;
/// assert!(ptx((9, 0)).is_some_and(|text| text.contains(".target sm_80")));
/// assert!(ptx((7, 0)).is_none());
/// ```
#[must_use]
pub fn ptx(capability: (i32, i32)) -> Option<&'static str> {
    TEXTS.iter().rev().find(|(least, _)| *least <= capability).map(|(_, text)| *text)
}

/// The arguments of every kernel, by value: `struct Arguments` of `cuda/arguments.cuh`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Arguments {
    start: u64,
    count: u64,
    round_keys: [u32; 20],
    tweak: [u32; 2],
    mean: f32,
    std: f32,
    lo: f32,
    up: f32,
    probability: f32,
    below: f32,
    above: f32,
    tilt: f32,
    pattern: [u32; 4],
    dtype: u32,
    padding: u32,
}

impl Arguments {
    /// The bytes that a launch copies, in the order of the machine, which is that of every machine with such a GPU.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        bytemuck::bytes_of(self)
    }
}

/// One launch: elements of a distribution into memory of a GPU.
///
/// ```
/// use counter_rng::{Distribution, Stream, cuda::Fill};
/// let (stream, distribution) = (Stream::new(42, "fc1.weight"), Distribution::normal(0.0, 0.02)?);
/// let fill = Fill::new::<half::bf16>(&stream, &distribution, 0, 784 * 256)?;
/// assert_eq!(fill.map(|fill| (fill.entry(), fill.blocks())), Some(("normal", 49)));
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
        let sampler = Sampler::new::<T>(distribution)?;
        if let Sampler::Constant(value) = sampler {
            return Self::constant(T::nearest(value.into()), count).map(Some);
        }
        let Some(dtype) = DTYPES.iter().position(|name| *name == T::NAME) else { return Ok(None) };
        let key = stream.values_key();
        let (entry, numbers) = numbers(&sampler);
        let arguments = Arguments {
            start,
            count,
            round_keys: round_keys(key),
            tweak: key.tweak,
            dtype: dtype as u32,
            ..numbers
        };
        Ok(Some(Self { entry, threads: threads(start, count), arguments }))
    }

    /// The launch that repeats `value`.
    fn constant<T: Element>(value: T, count: u64) -> Result<Self, Error> {
        let bytes = count.checked_mul(size_of::<T>() as u64);
        let count = bytes.ok_or(Error::OutOfMemory { count, dtype: T::NAME })?;
        let mut pattern = [0_u32; PATTERN / 4];
        let values = bytemuck::cast_slice_mut::<u32, u8>(&mut pattern).chunks_exact_mut(size_of::<T>());
        values.for_each(|place| place.copy_from_slice(bytemuck::bytes_of(&value)));
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
    let tile = |element: u64| element / TILE as u64;
    count.checked_sub(1).map_or(0, |last| 4 * (tile(start + last) - tile(start) + 1))
}

/// The two words of each round's key.
fn round_keys(key: Key) -> [u32; 20] {
    std::array::from_fn(|i| key.key[i % 2].wrapping_add(WEYL[i % 2].wrapping_mul(i as u32 / 2)))
}

/// The kernel and the constants of a distribution, which binary32 holds exactly.
fn numbers<W: Copy + Into<f64>>(sampler: &Sampler<W>) -> (&'static str, Arguments) {
    let narrow = |value: W| value.into() as f32;
    match sampler {
        Sampler::Constant(_) => ("constant", Arguments::default()),
        Sampler::Uniform(s) => {
            let [mean, std, lo, up] = [s.centre, s.scale, s.lo, s.up].map(narrow);
            ("uniform", Arguments { mean, std, lo, up, ..Arguments::default() })
        }
        Sampler::Normal(s) => {
            let [mean, std] = [s.mean, s.std].map(narrow);
            ("normal", Arguments { mean, std, ..Arguments::default() })
        }
        Sampler::Truncated(s) => {
            let [mean, std, lo, up] = [s.mean, s.std, s.lo, s.up].map(narrow);
            let [probability, below, above, tilt] = [s.probability, s.below, s.above, s.tilt].map(narrow);
            let window = Arguments { probability, below, above, tilt, ..Arguments::default() };
            ("truncated", Arguments { mean, std, lo, up, ..window })
        }
    }
}
