//! From words to numbers, written once over lanes and once for both widths.
//!
//! All arithmetic is IEEE-754, to nearest even, in the order written; `mul_add` is a fused
//! multiply-add wherever it stands. So every compiler and every register width gives the same bits.

mod normal;
mod quantile32;
mod quantile64;
mod truncated;
mod uniform;
mod wide;

pub(crate) use normal::Normal;
pub(crate) use truncated::Truncated;
pub(crate) use uniform::Uniform;
pub use wide::Wide;

use crate::philox::Lanes;

/// Turns words into numbers: one word for an `f32`, a high and a low one for an `f64`.
pub(crate) trait Transform<W>: Copy + Send + Sync {
    fn lanes(&self, high: &Lanes<u32>, low: &Lanes<u32>) -> Lanes<W>;
}
