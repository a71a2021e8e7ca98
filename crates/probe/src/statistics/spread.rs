//! How much the rows of a matrix differ.

/// The share of the rows' mean square by which they differ: `1 − ‖x̄‖²/mean ‖x‖²`, 0 for equal rows. It tells samples
/// apart by size too, so that what has one unit is not taken for equal.
pub(crate) fn spread(values: &[f32], samples: usize) -> f64 {
    let width = values.len() / samples.max(1);
    if samples < 2 || width == 0 {
        return f64::NAN;
    }
    let (mut mean, mut square) = (vec![0.0; width], 0.0);
    for row in values.chunks_exact(width) {
        mean.iter_mut().zip(row).for_each(|(mean, &v)| *mean += f64::from(v) / samples as f64);
        square += row.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / samples as f64;
    }
    // Around the mean, so that what hardly differs keeps its digits.
    let off =
        |row: &[f32]| row.iter().zip(&mean).map(|(&v, mean)| (f64::from(v) - mean).powi(2)).sum::<f64>();
    values.chunks_exact(width).map(off).sum::<f64>() / samples as f64 / square
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_equal_opposite_or_of_one_direction() {
        assert_eq!(spread(&[1., 2., 1., 2.], 2), 0.0);
        assert_eq!(spread(&[1., 2., -1., -2.], 2), 1.0);
        assert!((spread(&[1., 3.], 2) - 0.2).abs() < 1e-12);
        assert!(spread(&[1., 3.], 1).is_nan());
    }
}
