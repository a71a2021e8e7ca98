//! One tile: words in, values of the dtype out.

use crate::dtype::Dtype;
use crate::kernel::Simd;
use crate::key::TILE;
use crate::transform::{self, Transform, Wide};

/// The values of one tile of words, rounded into memory.
#[inline(always)]
pub(crate) fn store_tile<S: Simd, T: Dtype, F: Transform<T::Wide>>(
    simd: S,
    transform: &F,
    words: &[<T::Wide as Wide>::Word<S>; 4],
    out: &mut [T; TILE],
) {
    let rows = transform::tile(simd, transform, words);
    let (out, _) = out.as_chunks_mut();
    T::store(simd, rows[0], &mut out[0]);
    T::store(simd, rows[1], &mut out[1]);
    T::store(simd, rows[2], &mut out[2]);
    T::store(simd, rows[3], &mut out[3]);
}
