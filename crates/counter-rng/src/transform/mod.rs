//! From words to numbers, written once over rows of sixteen lanes and once for both widths.
//!
//! All arithmetic is IEEE-754, to nearest even, in the order written; `fma` is a fused
//! multiply-add wherever it stands. So every compiler and every register width gives the same bits.

mod double;
mod normal;
mod quantile32;
mod quantile64;
mod single;
mod truncated;
mod uniform;
mod wide;

pub(crate) use normal::Normal;
pub(crate) use truncated::Truncated;
pub(crate) use uniform::Uniform;
pub use wide::Wide;

use crate::kernel::Simd;

/// Turns words into numbers: one word for an `f32`, a high and a low one for an `f64`.
pub(crate) trait Transform<W: Wide>: Copy + Send + Sync {
    /// The numbers of `R` rows, side by side.
    fn rows<S: Simd, const R: usize>(&self, simd: S, words: &[W::Word<S>; R]) -> [W::Row<S>; R];
}

/// The numbers of a tile, as many rows side by side as the kernel has registers for.
#[inline(always)]
pub(crate) fn tile<S: Simd, W: Wide, T: Transform<W>>(
    simd: S,
    transform: &T,
    words: &[W::Word<S>; 4],
) -> [W::Row<S>; 4] {
    if S::WIDE || !W::SINGLE {
        return transform.rows(simd, words);
    }
    let [a] = transform.rows(simd, &[words[0]]);
    let [b] = transform.rows(simd, &[words[1]]);
    let [c] = transform.rows(simd, &[words[2]]);
    let [d] = transform.rows(simd, &[words[3]]);
    [a, b, c, d]
}
