//! The sums that registers hold: a few rows by one or two vectors.

use crate::kernel::Simd;
use crate::key::LANES;
use crate::product::matrix::MatrixMut;
use crate::product::scalar::Scalar;
use crate::product::strip::Strip;

/// Terms that are added before the sums are put down: a panel of `f32` then takes half of the nearest cache.
pub(super) const DEPTH: usize = 256;

/// Rows of the left factor, as many elements of each as a block is deep.
pub(super) type Left<T, const M: usize> = [[T; DEPTH]; M];

/// `C += A·B` for `M` rows from `row` on and all panels.
#[inline(always)]
pub(super) fn row_of_tiles<S: Simd, T: Scalar, const M: usize, const N: usize>(
    simd: S,
    c: &mut MatrixMut<'_, T>,
    row: usize,
    a: &Left<T, M>,
    b: Strip<'_, T>,
) {
    let mut panel = 0;
    while panel + N <= b.count() {
        tile::<S, T, M, N>(simd, c, row, a, b, panel);
        panel += N;
    }
    while panel < b.count() {
        tile::<S, T, M, 1>(simd, c, row, a, b, panel);
        panel += 1;
    }
}

/// `M` rows by `N` panels from `panel` on.
#[inline(always)]
fn tile<S: Simd, T: Scalar, const M: usize, const N: usize>(
    simd: S,
    c: &mut MatrixMut<'_, T>,
    row: usize,
    a: &Left<T, M>,
    b: Strip<'_, T>,
    panel: usize,
) {
    let zero = T::row(simd, T::zeroed());
    let (mut sums, mut columns) = ([[zero; N]; M], [const { 0..0 }; N]);
    for n in 0..N {
        columns[n] = b.columns(panel + n);
        for m in 0..M {
            sums[m][n] = read(simd, c.row(row + m, columns[n].clone()));
        }
    }
    let depth = b.depth.min(DEPTH);
    let mut panels = [&b.packed[..0]; N];
    for n in 0..N {
        panels[n] = &b.packed[(panel + n) * b.depth..][..depth];
    }
    for k in 0..depth {
        let mut right = [zero; N];
        for n in 0..N {
            right[n] = T::read(simd, &panels[n][k]);
        }
        for m in 0..M {
            let left = T::row(simd, a[m][k]);
            for n in 0..N {
                sums[m][n] = T::fma(simd, left, right[n], sums[m][n]);
            }
        }
    }
    for n in 0..N {
        for m in 0..M {
            write(simd, sums[m][n], c.row(row + m, columns[n].clone()));
        }
    }
}

/// Up to sixteen values, and zeros.
#[inline(always)]
fn read<S: Simd, T: Scalar>(simd: S, from: &[T]) -> T::Row<S> {
    if let Some(lanes) = from.first_chunk() {
        return T::read(simd, lanes);
    }
    let mut lanes = [T::zeroed(); LANES];
    lanes[..from.len()].copy_from_slice(from);
    T::read(simd, &lanes)
}

/// The first lanes into memory, as many as there is room for.
#[inline(always)]
fn write<S: Simd, T: Scalar>(simd: S, sums: T::Row<S>, out: &mut [T]) {
    if let Some(lanes) = out.first_chunk_mut() {
        return T::store(simd, sums, lanes);
    }
    let mut lanes = [T::zeroed(); LANES];
    T::store(simd, sums, &mut lanes);
    out.copy_from_slice(&lanes[..out.len()]);
}
