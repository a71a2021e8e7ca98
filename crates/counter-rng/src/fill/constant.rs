//! Constants, which need no stream.

use crate::distribution::{Distribution, Kind};
use crate::dtype::Dtype;
use crate::error::Error;
use crate::fill::threads::{SHARED, share};
use crate::kernel::memory;

impl Distribution {
    /// `count` values of a constant distribution, which needs no stream; `None` for any other distribution.
    ///
    /// ```
    /// use counter_rng::Distribution;
    /// let half = Distribution::constant(0.5)?.constant_vec::<f32>(3).transpose()?;
    /// assert_eq!(half, Some(vec![0.5; 3]));
    /// assert!(Distribution::normal(0.0, 1.0)?.constant_vec::<f32>(3).is_none());
    /// # Ok::<(), counter_rng::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fits`](Self::fits), and [`Error::OutOfMemory`].
    #[must_use]
    pub fn constant_vec<T: Dtype>(&self, count: u64) -> Option<Result<Vec<T>, Error>> {
        let Kind::Constant(value) = self.parameters() else { return None };
        Some(self.fits::<T>().and_then(|()| match value.to_bits() {
            // Zeroed memory costs nothing until it is touched.
            0 => zeroed(count),
            _ => repeated(T::nearest(value), count),
        }))
    }
}

/// Zeroed memory for `count` values.
pub(crate) fn zeroed<T: Dtype>(count: u64) -> Result<Vec<T>, Error> {
    memory::zeroed(count).ok_or(Error::OutOfMemory { count, dtype: T::NAME })
}

/// A new vector of one value. All threads together write a large one, whose zeros cost nothing; a smaller one may lie
/// in memory that was used before, and is written once instead of being zeroed first.
fn repeated<T: Dtype>(value: T, count: u64) -> Result<Vec<T>, Error> {
    if !memory::comes_zeroed::<T>(count) {
        return memory::repeated(value, count).ok_or(Error::OutOfMemory { count, dtype: T::NAME });
    }
    let mut values = zeroed(count)?;
    repeat(value, &mut values);
    Ok(values)
}

/// The same value everywhere.
pub(crate) fn repeat<T: Dtype>(value: T, out: &mut [T]) {
    share(out, SHARED, |(_, out)| out.fill(value));
}
