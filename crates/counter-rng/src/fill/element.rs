//! The dtypes as users name them, each with its fills compiled here.

use float8::F8E4M3;
use half::{bf16, f16};

use crate::distribution::Distribution;
use crate::dtype::Dtype;
use crate::error::Error;
use crate::fill::{tiles, words};
use crate::kernel::Kernel;
use crate::key::Keys;

/// A floating-point type that a stream fills: `f64`, `f32`, `bf16`, `f16`, `F8E4M3`.
///
/// Its name, its range and its rounding are those of [`Dtype`]. Values of a distribution with bounds are moved inside
/// them after the rounding, to the outermost value of the dtype that does not pass the bound.
pub trait Element: Dtype {
    /// Fills in code that is compiled with this crate: as a generic it would be compiled again, at length and
    /// by the user's settings, in every crate that fills.
    #[doc(hidden)]
    fn fill(
        kernel: Kernel,
        keys: Keys,
        distribution: &Distribution,
        start: u64,
        out: &mut [Self],
    ) -> Result<(), Error>;
    /// [`Distribution::values_of`], likewise.
    #[doc(hidden)]
    fn values_of(distribution: &Distribution, words: &[u64]) -> Result<Vec<Self>, Error>;
}

macro_rules! element {
    ($($type:ty),*) => {$(
        impl Element for $type {
            fn fill(
                kernel: Kernel,
                keys: Keys,
                distribution: &Distribution,
                start: u64,
                out: &mut [Self],
            ) -> Result<(), Error> {
                tiles::fill(kernel, keys, distribution, start, out)
            }
            fn values_of(distribution: &Distribution, words: &[u64]) -> Result<Vec<Self>, Error> {
                words::values_of(distribution, words)
            }
        }
    )*};
}

element!(f64, f32, bf16, f16, F8E4M3);

impl Distribution {
    /// The values that `words` stand for under this distribution, in their order.
    ///
    /// Words as [`Stream::long_word`](crate::Stream::long_word) gives them; the lower half is read for `f64` only. For tests of a re-implementation, and for the exact moments of a distribution over all
    /// words; weights come from [`Stream::fill`](crate::Stream::fill).
    ///
    /// ```
    /// use counter_rng::{Distribution, Stream};
    /// let (stream, distribution) = (Stream::new(42, "fc1.weight"), Distribution::normal(0.0, 0.02)?);
    /// assert_eq!(distribution.values_of::<f32>(&[stream.long_word(7)])?, stream.vec::<f32>(&distribution, 7..8)?);
    /// # Ok::<(), counter_rng::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Stream::vec`](crate::Stream::vec), but for the range.
    pub fn values_of<T: Element>(&self, words: &[u64]) -> Result<Vec<T>, Error> {
        T::values_of(self, words)
    }
}
