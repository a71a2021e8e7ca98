//! The small triangular matrix between two products.

use counter_rng::product::Scalar;

/// `−T⁻¹` of an upper triangular `T`, by columns, computed in `f64` and rounded once; the diagonal of `T` is `tau`, and
/// what lies on or below it in `t` is not read.
///
/// Row `k` of the inverse is `(eₖ − Σ T₍ₖ,ⱼ₎·rowⱼ)/τₖ` over `j = k + 1, …` in this order, product and difference rounded.
pub(super) fn negated<T: Scalar>(t: &[T], tau: &[f64]) -> Vec<T> {
    let width = tau.len();
    let mut rows = vec![0.0; width * width];
    for (k, &tau) in tau.iter().enumerate().rev() {
        let (row, later) = rows[k * width..].split_at_mut(width);
        row[k] = 1.0;
        for (j, other) in (k + 1..width).zip(later.chunks_exact(width)) {
            let factor: f64 = t[j * width + k].into();
            row[j..].iter_mut().zip(&other[j..]).for_each(|(value, other)| *value -= factor * other);
        }
        row[k..].iter_mut().for_each(|value| *value /= tau);
    }
    let entry =
        |i: usize| T::nearest(if i % width > i / width { 0.0 } else { -rows[i % width * width + i / width] });
    (0..width * width).map(entry).collect()
}
