//! From words to numbers, written once over rows of sixteen lanes and once for both widths.
//!
//! All arithmetic is IEEE-754, to nearest even, in the order written; `fma` is a fused
//! multiply-add wherever it stands. So every compiler and every register width gives the same bits.

mod double;
mod normal;
mod quantile32;
mod quantile64;
mod rows;
mod single;
mod truncated;
mod uniform;
mod wide;

pub(crate) use normal::Normal;
pub(crate) use rows::{Transform, tile};
pub(crate) use truncated::Truncated;
pub(crate) use uniform::Uniform;
pub use wide::Wide;
