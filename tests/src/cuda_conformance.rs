//! The conformance test of a GPU's kernels: which elements of which distributions, and the bits that they must have.

use counter_rng::{Distribution, Element, Error, Kernel, Stream};
use counter_rng_cuda::{Fill, THREADS};

/// Where a tile, a 32-bit element or block number, or the range of indices begins or ends.
pub const STARTS: [u64; 9] = [0, 1, 63, 64, 65, (1 << 34) - 1, 1 << 34, (1 << 36) - 64, u64::MAX - 4096];
/// Around the four neighbours of a store, a row and a tile.
pub const LENGTHS: [usize; 17] = [0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 48, 63, 64, 65, 127, 129, 195];
/// Many values, so that each polynomial of the quantile is met often, and a ragged end.
pub const LONG: usize = 20_011;

/// The stream of the test.
#[must_use]
pub fn stream() -> Stream {
    Stream::new(9, "exam")
}

/// Distributions of each kind. A dtype that cannot hold one refuses it.
///
/// # Errors
/// None: the numbers are right.
pub fn distributions() -> Result<Vec<Distribution>, Error> {
    let (open, least) = (f64::INFINITY, f64::from(f32::from_bits(1)));
    let mut distributions = vec![
        Distribution::constant(0.0)?,
        Distribution::constant(-0.3)?,
        // Not a power of two wide, so that its product is rounded.
        Distribution::uniform(-0.7, 1.15)?,
        Distribution::uniform(0.5, 0.5)?,
        Distribution::uniform(-1.0, 0.0)?,
        // Bounds that no value reaches, in f32 at least, and that some do: sqrt(6/(7+9)), cut to bf16.
        Distribution::uniform(-0.5, 0.5)?,
        Distribution::uniform(0.0, 1.0)?,
        Distribution::uniform(-0.612_372_435_7, 0.612_372_435_7)?,
        // Values that are zeros of both signs, beside bounds that are.
        Distribution::truncated_normal(0.0, 71.0 * least, -0.0, open)?,
        Distribution::truncated_normal(0.0, 71.0 * least, -open, 0.0)?,
        Distribution::normal(0.25, 1.5)?,
        Distribution::normal(-2.0, 0.0)?,
        // Numbers below the normal ones of f32, f16, f8.
        Distribution::normal(0.0, 1e-39)?,
        Distribution::normal(0.0, 1e-6)?,
        Distribution::normal(0.0, 0.004)?,
        // Each polynomial of the quantile, windows on either side.
        Distribution::truncated_normal(0.1, 1.0, -2.0, 1.75)?,
        Distribution::truncated_normal(0.0, 1.0, 5.0, 6.0)?,
        Distribution::truncated_normal(0.0, 1.0, 6.0, open)?,
        Distribution::truncated_normal(0.0, 1.0, -open, -5.5)?,
        Distribution::truncated_normal(1.0, 0.5, -open, open)?,
    ];
    distributions.extend(ties()?);
    Ok(distributions)
}

/// Every value is halfway between two of a narrow dtype: above an even one, and above an odd one.
fn ties() -> Result<Vec<Distribution>, Error> {
    let unit = |bits: i32| f64::from(2.0_f32.powi(-bits));
    let point = |mean| Distribution::normal(mean, 0.0);
    // bf16, f16, f8; then the numbers of f8 below its normal ones.
    let places = [1.0 + unit(8), 1.0 + 3.0 * unit(8), 1.0 + unit(11), 1.0 + 3.0 * unit(11)];
    let eight = [1.0 + unit(4), 1.0 + 3.0 * unit(4), 5.0 * unit(10), 7.0 * unit(10)];
    places.into_iter().chain(eight).map(point).collect()
}

/// The bits that the processor gives: `None` where the dtype cannot hold the distribution.
#[must_use]
pub fn expected<T: Element>(distribution: &Distribution, start: u64, length: usize) -> Option<Vec<u8>> {
    let mut values = vec![T::zeroed(); length];
    stream().fill_with(Kernel::detect(), distribution, start, &mut values).ok()?;
    Some(bytemuck::cast_slice(&values).to_vec())
}

/// Launches for [`Host`](crate::cuda_host::Host), and the memory that each must leave.
#[derive(Debug, Default)]
pub struct Launches {
    /// What the program reads.
    pub input: Vec<u8>,
    /// What it must write.
    pub expected: Vec<u8>,
    /// What was asked, with the place where its memory ends.
    asked: Vec<(String, usize)>,
}

/// Bytes around an output that no launch may touch.
const GUARD: usize = 32;
/// What the memory holds before.
const POISON: u8 = 0xa5;
const KERNELS: [&str; 4] = ["constant", "uniform", "normal", "truncated"];

impl Launches {
    /// Adds elements of a distribution, the output `shift` elements behind an aligned address, and says whether it was added:
    /// a dtype may refuse the distribution, and then both sides must.
    ///
    /// # Errors
    /// The launch or the processor refuses what the other does not.
    pub fn push<T: Element>(
        &mut self,
        distribution: &Distribution,
        start: u64,
        length: usize,
        shift: usize,
    ) -> Result<bool, String> {
        let fill = Fill::new::<T>(&stream(), distribution, start, length as u64);
        let asked = format!("{distribution:?} {} {start}+{length}, shifted by {shift}", T::NAME);
        let (fill, values) = match (fill, expected::<T>(distribution, start, length)) {
            (Ok(Some(fill)), Some(values)) => (fill, values),
            (Err(_), None) => return Ok(false),
            (other, _) => return Err(format!("{asked}: {other:?}")),
        };
        let kernel = KERNELS.iter().position(|name| *name == fill.entry()).ok_or("no such kernel")?;
        // Enough threads, one thread for all, or an odd number that goes around.
        let grids = [(fill.blocks(), THREADS), (1, 1), (3, 5)];
        let (blocks, threads) = grids[self.asked.len() % 3];
        let offset = GUARD + shift * size_of::<T>();
        let size = offset + values.len() + GUARD;
        for number in [kernel as u32, blocks, threads, size as u32, offset as u32] {
            self.input.extend(number.to_ne_bytes());
        }
        self.input.extend(fill.arguments().as_bytes());
        self.input.resize(self.input.len() + size, POISON);
        self.expected.resize(self.expected.len() + offset, POISON);
        self.expected.extend(values);
        self.expected.resize(self.expected.len() + GUARD, POISON);
        self.asked.push((asked, self.expected.len()));
        Ok(true)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// The first launch that left other memory than it must; `None` where all are right.
    #[must_use]
    pub fn first_wrong(&self, memory: Option<&[u8]>) -> Option<String> {
        let Some(memory) = memory else { return Some("the program was killed".into()) };
        if memory == self.expected {
            return None;
        }
        let same = memory.iter().zip(&self.expected).take_while(|(a, b)| a == b).count();
        let launch = self.asked.iter().find(|(_, end)| same < *end);
        Some(launch.map_or_else(|| "more memory than was asked".into(), |(asked, _)| asked.clone()))
    }
}
