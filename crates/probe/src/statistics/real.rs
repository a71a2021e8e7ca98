//! The two widths in which numbers are summed.

use crate::statistics::single;
use crate::statistics::sums::Sums;

/// A number that is summed in `f64`.
pub(crate) trait Real: Copy + PartialOrd + Default {
    fn wide(self) -> f64;

    /// The sums of a block by a quicker way, where the type has one and the block allows it.
    fn quick(_block: &[Self]) -> Option<Sums> {
        None
    }
}

impl Real for f32 {
    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn quick(block: &[Self]) -> Option<Sums> {
        single::sums(block)
    }
}

impl Real for f64 {
    #[inline(always)]
    fn wide(self) -> f64 {
        self
    }
}
