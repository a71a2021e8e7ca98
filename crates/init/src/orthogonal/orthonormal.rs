//! The product of all reflectors.

use candle_core::Shape;
use counter_rng::product::Scalar;
use counter_rng::{Kernel, Stream};

use crate::element_count::element_count;
use crate::error::Result;
use crate::orthogonal::matrix::Tall;
use crate::orthogonal::panel::{PANEL, Workspace};
use crate::orthogonal::reflector::Draw;
use crate::orthogonal::zeros::zeros;

/// A `rows × cols` matrix, row-major, uniform among those with orthonormal columns (`rows ≥ cols`) or
/// orthonormal rows (`rows < cols`).
///
/// With `long ≥ short` the two sizes, the tall matrix `Q = H₀·H₁ ⋯ H₍short₋₁₎·D` is the product of Householder
/// reflectors. `Hₖ` leaves the first `k` coordinates alone and turns the Gaussian vector `xₖ` of length
/// `long − k` into `−sign(xₖ₀)·‖xₖ‖·e₀`; `D` has the signs of those, with `sign(0) = 1`. A wide or
/// square matrix is the transpose. Element `i` of `xₖ` is the standard normal value
/// `first + k·long + k + i` of `stream`.
///
/// This has the distribution of `Q·sign(diag R)` of a Gaussian matrix, at half the work: what a QR factorization leaves
/// of the later columns is Gaussian again and independent, so it is drawn instead (G. W. Stewart, SIAM J. Numer.
/// Anal. 17, 1980, section 3; the signs: F. Mezzadri, Notices of the AMS 54, 2007). Each reflector depends on its
/// own vector only, so no rounding grows. All sums are taken in an order that `docs/stream.md` fixes: the bits are the
/// same on every machine, by every kernel and any number of threads.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) where `usize` cannot count the elements, [`Error::Distribution`](crate::Error::Distribution) with
/// [`counter_rng::Error::OutOfMemory`] where memory cannot be had.
pub fn orthonormal<T: Scalar>(rows: usize, cols: usize, stream: &Stream, first: u64) -> Result<Vec<T>> {
    orthonormal_with(Kernel::detect(), rows, cols, stream, first)
}

/// [`orthonormal`] by a kernel of your choice: the same values at another speed.
///
/// # Errors
/// As [`orthonormal`].
pub fn orthonormal_with<T: Scalar>(
    kernel: Kernel,
    rows: usize,
    cols: usize,
    stream: &Stream,
    first: u64,
) -> Result<Vec<T>> {
    let mut values = zeros::<T>(element_count(&Shape::from((rows, cols)))?)?;
    if !values.is_empty() {
        multiply(kernel, Tall::new(&mut values, rows, cols), stream, first)?;
    }
    Ok(values)
}

/// Makes the product of all reflectors out of a zero matrix, the last ones first: what a panel of them changes
/// starts at its own diagonal.
fn multiply<T: Scalar>(kernel: Kernel, mut q: Tall<'_, T>, stream: &Stream, origin: u64) -> Result<()> {
    let mut workspace = Workspace::new(kernel, q.long, q.short, q.by_columns)?;
    let stride = q.long as u64 + 1;
    for first in (0..q.short).step_by(PANEL).rev() {
        let draw = Draw { kernel, stream, start: origin + first as u64 * stride, stride };
        workspace.reflect(q.from(first), draw)?;
    }
    Ok(())
}
