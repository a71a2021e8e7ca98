//! The types that products are made of.

use crate::fill::Element;
use crate::kernel::Kernel;
use crate::product::matrix::{Matrix, MatrixMut};
use crate::transform::Wide;

/// A type that arithmetic is done in: `f32` or `f64`.
///
/// Sealed, as [`Element`] is.
pub trait Scalar: Element<Wide = Self> + Wide {
    /// `C += A·B` of fitting shapes, with rows of `C` side by side: a function of the type, so that its kernels are compiled
    /// here and not in each crate that makes products.
    #[doc(hidden)]
    fn add_fitting(kernel: Kernel, c: MatrixMut<'_, Self>, a: Matrix<'_, Self>, b: Matrix<'_, Self>);
}
