//! Inputs that a weight of zeros does not read yet: columns without a gradient.

/// How many columns of a gradient `(rows, columns, taps…)` are zero throughout. What a weight of zeros reads there is
/// zero, or it would have one.
pub(crate) fn unread(gradient: &[f32], dims: &[usize]) -> usize {
    let [_, columns, taps @ ..] = dims else { return 0 };
    let taps: usize = taps.iter().product();
    let mut read = vec![false; *columns];
    for row in gradient.chunks_exact((columns * taps).max(1)) {
        for (read, column) in read.iter_mut().zip(row.chunks_exact(taps.max(1))) {
            *read |= column.iter().any(|value| *value != 0.0);
        }
    }
    read.iter().filter(|read| !**read).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_matrices_and_kernels() {
        assert_eq!(unread(&[0., 1., 0., 0., 0., 2.], &[2, 3]), 1);
        assert_eq!(unread(&[0., 1., 0., 0., 0., 2., 0., 0.], &[2, 2, 2]), 1);
        assert_eq!(unread(&[0., 0.], &[2]), 0);
    }
}
