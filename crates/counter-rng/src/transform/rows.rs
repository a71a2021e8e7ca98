//! Rows of words into rows of numbers.

use crate::kernel::Simd;
use crate::transform::wide::Wide;

/// Turns words into numbers: one word for an `f32`, a high and a low one for an `f64`.
pub(crate) trait Transform<W: Wide>: Copy + Send + Sync {
    /// The numbers of `R` rows, side by side.
    fn rows<S: Simd, const R: usize>(&self, simd: S, words: &[W::Word<S>; R]) -> [W::Row<S>; R];
}

/// The numbers of a tile.
#[inline(always)]
pub(crate) fn tile<S: Simd, W: Wide, T: Transform<W>>(
    simd: S,
    transform: &T,
    words: &[W::Word<S>; 4],
) -> [W::Row<S>; 4] {
    if S::APART { called(simd, transform, words) } else { side_by_side(simd, transform, words) }
}

/// By a call, the rows of `f32` in a loop: one copy of the code serves all dtypes of a width. Inlined like the others it was
/// more than half of what this crate took to build.
#[inline(never)]
fn called<S: Simd, W: Wide, T: Transform<W>>(
    simd: S,
    transform: &T,
    words: &[W::Word<S>; 4],
) -> [W::Row<S>; 4] {
    if !W::SINGLE {
        return transform.rows(simd, words);
    }
    let mut rows = [W::row(simd, W::ONE); 4];
    for j in 0..4 {
        [rows[j]] = transform.rows(simd, &[words[j]]);
    }
    rows
}

/// As many rows side by side as the kernel has registers for.
#[inline(always)]
fn side_by_side<S: Simd, W: Wide, T: Transform<W>>(
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
