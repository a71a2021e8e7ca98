//! The sum of a matrix and a product.

use crate::kernel::{Job, Kernel, Simd};
use crate::product::block;
use crate::product::matrix::{Matrix, MatrixMut};
use crate::product::scalar::Scalar;

/// `C += A·B`, where rows or columns of `C` lie side by side in memory.
///
/// ```
/// use counter_rng::Kernel;
/// use counter_rng::product::{Matrix, MatrixMut, add_product};
/// let (a, b, mut c) = ([1_f32, 2.0, 3.0, 4.0], [1_f32, 1.0], [10_f32, 20.0]);
/// let (a, b) = (Matrix::row_major(&a, 2, 2), Matrix::row_major(&b, 2, 1));
/// add_product(Kernel::detect(), MatrixMut::row_major(&mut c, 2, 1), a, b);
/// assert_eq!(c, [13.0, 27.0]);
/// ```
///
/// # Panics
/// Where the shapes do not fit, or neither stride of `C` is 1.
pub fn add_product<T: Scalar>(kernel: Kernel, c: MatrixMut<'_, T>, a: Matrix<'_, T>, b: Matrix<'_, T>) {
    assert!(c.rows() == a.rows() && c.cols() == b.cols() && a.cols() == b.rows(), "shapes of a product");
    // Cᵀ = Bᵀ·Aᵀ has the same chains: a product of two numbers does not know which came first.
    let (c, a, b) = if c.has_rows() { (c, a, b) } else { (c.transpose(), b.transpose(), a.transpose()) };
    assert!(c.has_rows(), "a matrix whose rows or columns lie side by side");
    T::add_fitting(kernel, c, a, b);
}

impl Scalar for f32 {
    fn add_fitting(kernel: Kernel, c: MatrixMut<'_, Self>, a: Matrix<'_, Self>, b: Matrix<'_, Self>) {
        kernel.run(Sum { c, a, b });
    }
}

impl Scalar for f64 {
    fn add_fitting(kernel: Kernel, c: MatrixMut<'_, Self>, a: Matrix<'_, Self>, b: Matrix<'_, Self>) {
        kernel.run(Sum { c, a, b });
    }
}

struct Sum<'a, T> {
    c: MatrixMut<'a, T>,
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
}

impl<T: Scalar> Job for Sum<'_, T> {
    /// Tiles of as many rows and of as many times sixteen columns as registers hold: 12 of 16 for the sums with AVX2,
    /// 16 of 32 with AVX-512, 24 of 32 with NEON.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match (T::SINGLE, S::WIDE) {
            (true, true) => block::add::<S, T, 8, 2>(simd, self.c, self.a, self.b),
            (false, true) => block::add::<S, T, 8, 1>(simd, self.c, self.a, self.b),
            (true, false) => block::add::<S, T, 6, 1>(simd, self.c, self.a, self.b),
            (false, false) => block::add::<S, T, 3, 1>(simd, self.c, self.a, self.b),
        }
    }
}
