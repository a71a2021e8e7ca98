//! Every element is its chain, by every kernel, whatever the shape and the strides.
//!
//! Small, so that it also runs on an emulated processor.

use sha2::{Digest, Sha256};

use super::*;
use crate::distribution::Distribution;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::stream::Stream;

/// The library's own fused multiply-add.
trait Chain: Scalar {
    fn fused(self, b: Self, c: Self) -> Self;
}

impl Chain for f32 {
    fn fused(self, b: Self, c: Self) -> Self {
        self.mul_add(b, c)
    }
}

impl Chain for f64 {
    fn fused(self, b: Self, c: Self) -> Self {
        self.mul_add(b, c)
    }
}

/// Rows, terms and columns: below, at and above the sizes of tiles, panels and blocks.
const SHAPES: [[usize; 3]; 11] = [
    [1, 1, 1],
    [3, 2, 5],
    [2, 0, 3],
    [6, 64, 16],
    [8, 65, 33],
    [7, 63, 15],
    [13, 130, 47],
    [64, 200, 64],
    [5, 3, 300],
    [17, 129, 257],
    [10, 521, 35],
];

fn normal<T: Scalar>(name: &str, count: usize) -> Result<Vec<T>, Error> {
    Stream::new(1, name).vec(&Distribution::normal(0.0, 1.0)?, 0..count as u64)
}

/// What a product is by its definition, row by row.
fn by_definition<T: Chain>(c: &[T], a: &[T], b: &[T], [rows, depth, cols]: [usize; 3]) -> Vec<T> {
    let element = |i: usize| {
        let (row, col) = (i / cols, i % cols);
        (0..depth).fold(c[i], |sum, k| a[row * depth + k].fused(b[k * cols + col], sum))
    };
    (0..rows * cols).map(element).collect()
}

/// Row-major values in column order, with a gap behind each column.
fn by_columns<T: Scalar>(values: &[T], rows: usize, cols: usize, gap: usize) -> Vec<T> {
    let mut out = vec![T::zeroed(); (rows + gap) * cols];
    for (i, &value) in values.iter().enumerate() {
        out[i % cols * (rows + gap) + i / cols] = value;
    }
    out
}

fn bits<T: Scalar>(values: &[T]) -> Vec<u64> {
    values.iter().map(|value| value.widen().to_bits()).collect()
}

fn check<T: Chain>(kernel: Kernel, shape: [usize; 3]) -> Result<(), Error> {
    let [rows, depth, cols] = shape;
    let (a, b, c) =
        (normal::<T>("a", rows * depth)?, normal::<T>("b", depth * cols)?, normal::<T>("c", rows * cols)?);
    let expected = bits(&by_definition(&c, &a, &b, shape));
    let (a_cols, b_cols, c_cols) =
        (by_columns(&a, rows, depth, 3), by_columns(&b, depth, cols, 1), by_columns(&c, rows, cols, 2));
    let left = [Matrix::row_major(&a, rows, depth), Matrix::new(&a_cols, [rows, depth], [1, rows + 3])];
    let right = [Matrix::row_major(&b, depth, cols), Matrix::new(&b_cols, [depth, cols], [1, depth + 1])];
    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let (mut by_row, mut by_col) = (c.clone(), c_cols.clone());
        add_product(kernel, MatrixMut::row_major(&mut by_row, rows, cols), left[i], right[j]);
        add_product(kernel, MatrixMut::new(&mut by_col, [rows, cols], [1, rows + 2]), left[i], right[j]);
        let what = format!("{} {} {shape:?} {i}{j}", kernel.name(), T::NAME);
        assert!(bits(&by_row) == expected, "{what}, by rows");
        let wanted = by_columns(&by_definition(&c, &a, &b, shape), rows, cols, 2);
        assert!(bits(&by_col) == bits(&wanted), "{what}, by columns");
    }
    Ok(())
}

#[test]
fn every_element_is_one_chain_by_every_kernel() -> Result<(), Error> {
    let shapes = if cfg!(miri) { &SHAPES[..3] } else { &SHAPES[..] };
    for kernel in Kernel::available() {
        for &shape in shapes {
            check::<f32>(kernel, shape)?;
            check::<f64>(kernel, shape)?;
        }
    }
    Ok(())
}

/// A part of a product is the product of the parts.
#[test]
fn rows_and_columns_can_be_taken_apart() -> Result<(), Error> {
    let [rows, depth, cols] = [9, 70, 40];
    let (a, b) = (normal::<f32>("a", rows * depth)?, normal::<f32>("b", depth * cols)?);
    let (a, b) = (Matrix::row_major(&a, rows, depth), Matrix::row_major(&b, depth, cols));
    let mut whole = vec![0.0; rows * cols];
    add_product(Kernel::detect(), MatrixMut::row_major(&mut whole, rows, cols), a, b);
    let mut part = vec![0.0; 4 * 17];
    let view = MatrixMut::row_major(&mut part, 4, 17);
    add_product(Kernel::detect(), view, a.some_rows(3..7), b.some_cols(20..37));
    let expected: Vec<f32> = (3..7).flat_map(|i| whole[i * cols + 20..i * cols + 37].to_vec()).collect();
    assert_eq!(part, expected);
    Ok(())
}

/// What every machine gives, an emulated one too, as a few lines of Python with exact fractions gave it. The factors
/// are fractions of small numbers, so no other part of the crate has a hand in them.
const RECORDED: [([usize; 3], [&str; 2]); 2] = [
    ([5, 67, 9], ["940c168e4f09777f", "06b2502c234972f7"]),
    ([21, 521, 50], ["60696d2633d29d76", "36c4619ffeff383a"]),
];

fn digest<T: Scalar>(kernel: Kernel, [rows, depth, cols]: [usize; 3]) -> String {
    let values = |count: usize, step: usize| -> Vec<T> {
        (0..count).map(|i| T::nearest((i * step % 251) as f64 / 251.0 - 0.5)).collect()
    };
    let (a, b, mut c) = (values(rows * depth, 83), values(depth * cols, 101), values(rows * cols, 7));
    let view = MatrixMut::row_major(&mut c, rows, cols);
    add_product(kernel, view, Matrix::row_major(&a, rows, depth), Matrix::row_major(&b, depth, cols));
    let mut hash = Sha256::new();
    c.iter().for_each(|value| hash.update(value.widen().to_le_bytes()));
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_bits_are_those_that_were_recorded() {
    // Miri takes the fused multiply-adds of the larger one in software, for minutes.
    let recorded = if cfg!(miri) { &RECORDED[..1] } else { &RECORDED[..] };
    for kernel in Kernel::available() {
        for &(shape, expected) in recorded {
            let got = [digest::<f32>(kernel, shape), digest::<f64>(kernel, shape)];
            assert_eq!(got, expected, "{} {shape:?}", kernel.name());
        }
    }
}
