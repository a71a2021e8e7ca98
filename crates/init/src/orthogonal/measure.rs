//! How far a matrix is from an orthonormal one.

use counter_rng::Kernel;
use counter_rng::product::{Matrix, MatrixMut, Scalar, add_product};

use crate::error::Result;
use crate::orthogonal::zeros::zeros;

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
pub fn orthogonality_error<T: Scalar>(values: &[T], rows: usize, cols: usize) -> Result<f64> {
    let (long, short) = (rows.max(cols), rows.min(cols));
    if short == 0 {
        return Ok(0.0);
    }
    // From element to element of a vector, and from vector to vector.
    let (down, across) = if rows < cols { (1, cols) } else { (cols, 1) };
    let picked: Vec<_> = (0..short.min(PICKED)).map(|i| i * short / short.min(PICKED)).collect();
    let mut gram = zeros::<f64>(picked.len() * short)?;
    let (mut all, mut some) = (zeros(SLAB.min(long) * short)?, zeros(SLAB.min(long) * picked.len())?);
    for start in (0..long).step_by(SLAB) {
        let at = |i: usize, j: usize| values[(start + i) * down + j * across].into();
        let height = SLAB.min(long - start);
        let all = widened(&mut all, height, short, at);
        let some = widened(&mut some, height, picked.len(), |i, j| at(i, picked[j]));
        let gram = MatrixMut::row_major(&mut gram, picked.len(), short);
        add_product(Kernel::detect(), gram, some.transpose(), all);
    }
    let distance = |(i, value): (usize, &f64)| (value - f64::from(picked[i / short] == i % short)).abs();
    Ok(gram.iter().enumerate().map(distance).fold(0.0, f64::max))
}

/// Some columns of a slab in `f64`, row-major.
fn widened(
    memory: &mut [f64],
    rows: usize,
    cols: usize,
    at: impl Fn(usize, usize) -> f64,
) -> Matrix<'_, f64> {
    for (i, row) in memory[..rows * cols].chunks_exact_mut(cols).enumerate() {
        row.iter_mut().enumerate().for_each(|(j, to)| *to = at(i, j));
    }
    Matrix::row_major(memory, rows, cols)
}
