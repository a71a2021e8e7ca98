//! How far a matrix is from an orthonormal one.

use faer::linalg::matmul::matmul;
use faer::prelude::ReborrowMut;
use faer::{Accum, MatMut, MatRef, Par};

use super::{Scalar, zeros};
use crate::error::Result;

/// Vectors that are compared with all others; a matrix with more has so many of them picked at equal distances.
const PICKED: usize = 256;

/// Elements of each vector that are taken at a time.
const SLAB: usize = 512;

/// `max |QᵀQ − I|`, or `max |QQᵀ − I|` where there are fewer rows than columns, in `f64`;
/// `values` are `rows·cols`, row-major.
///
/// Of more than 256 vectors, 256 at equal distances are compared with all: `2·256·rows·cols` operations.
///
/// # Errors
/// [`Error::Distribution`](crate::Error::Distribution) with [`counter_rng::Error::OutOfMemory`] where memory cannot be had.
pub fn defect<T: Scalar>(values: &[T], rows: usize, cols: usize) -> Result<f64> {
    let q = MatRef::from_row_major_slice(values, rows, cols);
    let q = if rows < cols { q.transpose() } else { q };
    let (long, short) = q.shape();
    if short == 0 {
        return Ok(0.0);
    }
    let picked: Vec<_> = (0..short.min(PICKED)).map(|i| i * short / short.min(PICKED)).collect();
    let mut gram = zeros::<f64>(picked.len() * short)?;
    let mut gram = MatMut::from_column_major_slice_mut(&mut gram, picked.len(), short);
    let (mut all, mut some) = (zeros(SLAB.min(long) * short)?, zeros(SLAB.min(long) * picked.len())?);
    for start in (0..long).step_by(SLAB) {
        let slab = q.subrows(start, SLAB.min(long - start));
        let all = widened(&mut all, slab, 0..short);
        let some = widened(&mut some, slab, picked.iter().copied());
        matmul(gram.rb_mut(), Accum::Add, some.transpose(), all, 1.0, Par::Seq);
    }
    let distance = |(i, j): (usize, usize)| (gram[(i, j)] - f64::from(picked[i] == j)).abs();
    let pairs = (0..short).flat_map(|j| (0..picked.len()).map(move |i| (i, j)));
    Ok(pairs.map(distance).fold(0.0, f64::max))
}

/// Some columns of `slab` in `f64`, row-major.
fn widened<'a, T: Scalar>(
    memory: &'a mut [f64],
    slab: MatRef<'_, T>,
    columns: impl ExactSizeIterator<Item = usize> + Clone,
) -> MatRef<'a, f64> {
    let (rows, cols) = (slab.nrows(), columns.len());
    let memory = &mut memory[..rows * cols];
    for (i, row) in memory.chunks_exact_mut(cols).enumerate() {
        for (to, j) in row.iter_mut().zip(columns.clone()) {
            *to = slab[(i, j)].into();
        }
    }
    MatRef::from_row_major_slice(memory, rows, cols)
}
