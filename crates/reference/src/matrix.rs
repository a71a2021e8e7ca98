//! Small square matrices, row-major.

/// The product of two matrices of `n × n`.
///
/// # Panics
/// Where one has fewer values.
#[must_use]
pub fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let at = |i: usize| (0..n).map(|k| a[i / n * n + k] * b[k * n + i % n]).sum();
    (0..n * n).map(at).collect()
}

/// The determinant of a matrix of `n × n`, by elimination.
///
/// # Panics
/// Where it has fewer values.
#[must_use]
pub fn determinant(q: &[f32], n: usize) -> f64 {
    let mut a: Vec<f64> = q.iter().map(|&v| f64::from(v)).collect();
    let mut det = 1.0;
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i * n + k].abs().total_cmp(&a[j * n + k].abs())).unwrap_or(k);
        det *= if pivot == k { a[k * n + k] } else { -a[pivot * n + k] };
        (0..n).for_each(|j| a.swap(k * n + j, pivot * n + j));
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            (k..n).for_each(|j| a[i * n + j] -= factor * a[k * n + j]);
        }
    }
    det
}
