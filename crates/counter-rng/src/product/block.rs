//! A product in blocks that caches hold: the order of the blocks changes no chain.

use std::ops::Range;

use crate::kernel::Simd;
use crate::key::{LANES, Lanes};
use crate::product::matrix::{Matrix, MatrixMut};
use crate::product::scalar::Scalar;
use crate::product::strip::{Strip, columns};
use crate::product::tile::{DEPTH, Left, row_of_tiles};

/// Rows of panels in a block of the right factor: 64 KiB of `f32`, for the second cache.
const PACKED: usize = 4 * DEPTH;

/// `C += A·B`, by tiles of `M` rows and `N` panels.
#[inline(always)]
pub(super) fn add<S: Simd, T: Scalar, const M: usize, const N: usize>(
    simd: S,
    mut c: MatrixMut<'_, T>,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
) {
    let (depth, width) = (b.rows(), b.cols());
    let deep = depth.clamp(1, DEPTH);
    let panels = width.div_ceil(LANES).min(PACKED / deep);
    let mut packed = vec![[T::zeroed(); LANES]; panels * deep];
    for first in (0..width).step_by((panels * LANES).max(1)) {
        let end = width.min(first + panels * LANES);
        for start in (0..depth).step_by(deep) {
            let terms = start..depth.min(start + deep);
            for (i, panel) in packed.chunks_exact_mut(terms.len()).enumerate() {
                pack(panel, b, terms.clone(), columns(first, i, end));
            }
            let strip = Strip { packed: &packed, depth: terms.len(), first, end };
            rows::<S, T, M, N>(simd, &mut c, a, strip, start);
        }
    }
}

/// All rows of a strip, the last few in lower tiles.
#[inline(always)]
fn rows<S: Simd, T: Scalar, const M: usize, const N: usize>(
    simd: S,
    c: &mut MatrixMut<'_, T>,
    a: Matrix<'_, T>,
    b: Strip<'_, T>,
    start: usize,
) {
    let mut row = tiles::<S, T, M, N>(simd, c, a, b, start, 0);
    if M > 4 {
        row = tiles::<S, T, 4, N>(simd, c, a, b, start, row);
    }
    row = tiles::<S, T, 2, N>(simd, c, a, b, start, row);
    tiles::<S, T, 1, N>(simd, c, a, b, start, row);
}

/// As many tiles of `M` rows as there is room for from `row` on; where the next begin.
#[inline(always)]
fn tiles<S: Simd, T: Scalar, const M: usize, const N: usize>(
    simd: S,
    c: &mut MatrixMut<'_, T>,
    a: Matrix<'_, T>,
    b: Strip<'_, T>,
    start: usize,
    mut row: usize,
) -> usize {
    let mut left: Left<T, M> = [[T::zeroed(); DEPTH]; M];
    while row + M <= a.rows() {
        for m in 0..M {
            gather(&mut left[m][..b.depth], a.from(row + m, start), a.across());
        }
        row_of_tiles::<S, T, M, N>(simd, c, row, &left, b);
        row += M;
    }
    row
}

/// Every `stride`-th value.
#[inline(always)]
fn gather<T: Scalar>(out: &mut [T], from: &[T], stride: usize) {
    if stride == 1 {
        return out.copy_from_slice(&from[..out.len()]);
    }
    for (out, &value) in out.iter_mut().zip(from.iter().step_by(stride)) {
        *out = value;
    }
}

/// Sixteen columns row by row, or fewer and what was there before: those lanes are not written anywhere.
#[inline(always)]
fn pack<T: Scalar>(panel: &mut [Lanes<T>], b: Matrix<'_, T>, rows: Range<usize>, cols: Range<usize>) {
    if b.across() == 1 {
        for (lanes, row) in panel.iter_mut().zip(rows) {
            lanes[..cols.len()].copy_from_slice(&b.from(row, cols.start)[..cols.len()]);
        }
        return;
    }
    for (lane, col) in cols.enumerate() {
        let from = b.from(rows.start, col).iter().step_by(b.down());
        for (lanes, &value) in panel.iter_mut().zip(from) {
            lanes[lane] = value;
        }
    }
}
