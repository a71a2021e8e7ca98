//! Orthonormal matrices with the uniform (Haar) distribution.

mod defect;
mod panel;

use candle_core::Shape;
use counter_rng::{Distribution, Element, Stream};
use faer::MatMut;
use faer::prelude::ReborrowMut;
use faer::traits::RealField;

use crate::element_count::element_count;
use crate::error::Result;

pub use defect::defect;
use panel::{Draw, PANEL, Workspace};

/// What a matrix is computed in: `f32`, from which narrower dtypes are rounded once, or `f64`.
pub trait Scalar: Element + RealField + Into<f64> {}

impl Scalar for f32 {}
impl Scalar for f64 {}

/// A `rows × cols` matrix, row-major, uniform among those with orthonormal columns (`rows ≥ cols`) or
/// orthonormal rows (`rows < cols`).
///
/// With `long ≥ short` the two sizes, the tall matrix `Q = H₀·H₁ ⋯ H₍short₋₁₎·D` is the product of Householder
/// reflectors. `Hₖ` leaves the first `k` coordinates alone and turns the Gaussian vector `xₖ` of length
/// `long − k` into `−sign(xₖ₀)·‖xₖ‖·e₀`; `D` has the signs of those, with `sign(0) = 1`. A wide or
/// square matrix is the transpose. Element `i` of `xₖ` is the standard normal value
/// `first + k·long + k + i` of `stream`.
///
/// This has the law of `Q·sign(diag R)` of a Gaussian matrix, at half the work: what a QR factorization leaves
/// of the later columns is Gaussian again and independent, so it is drawn instead (G. W. Stewart, SIAM J. Numer.
/// Anal. 17, 1980, section 3; the signs: F. Mezzadri, Notices of the AMS 54, 2007). Each reflector depends on its
/// own vector only, so no rounding grows: f32, f64 and machines with other instructions agree to some 1e-6. On
/// one machine the bits are the same for any number of threads.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) where `usize` cannot count the elements, [`Error::Distribution`](crate::Error::Distribution) with
/// [`counter_rng::Error::OutOfMemory`] where memory cannot be had.
pub fn orthonormal<T: Scalar>(rows: usize, cols: usize, stream: &Stream, first: u64) -> Result<Vec<T>> {
    let mut values = zeros::<T>(element_count(&Shape::from((rows, cols)))?)?;
    if !values.is_empty() {
        let q = MatMut::from_row_major_slice_mut(&mut values, rows, cols);
        // A square one is as uniform transposed, and its columns are contiguous then.
        multiply(if rows <= cols { q.transpose_mut() } else { q }, stream, first)?;
    }
    Ok(values)
}

/// Makes the product of all reflectors out of a zero matrix, the last ones first: what a panel of them changes
/// starts at its own diagonal.
fn multiply<T: Scalar>(mut q: MatMut<'_, T>, stream: &Stream, origin: u64) -> Result<()> {
    let (long, short) = q.shape();
    let mut workspace = Workspace::new(long, short)?;
    let stride = long as u64 + 1;
    for first in (0..short).step_by(PANEL).rev() {
        let q = q.rb_mut().submatrix_mut(first, first, long - first, short - first);
        workspace.reflect(q, Draw { stream, start: origin + first as u64 * stride, stride })?;
    }
    Ok(())
}

/// Zeroed memory.
fn zeros<T: Element>(count: usize) -> Result<Vec<T>> {
    Ok(Stream::new(0, "").vec(&Distribution::constant(0.0)?, 0..count as u64)?)
}
