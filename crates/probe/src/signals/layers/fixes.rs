//! Whether a layer fixes the size of what passes it: that, and not its shape or name, makes it a norm.

use crate::statistics::spread::spread;

/// How far the sizes of rows, or of units, may be from each other. Normal numbers of a row of a million differ more.
const EVEN: f64 = 5e-4;
/// The share in which samples differ that are not all alike.
const APART: f64 = 1e-2;
/// How far a size that nothing stands beside may be from 1.
const ONE: f64 = 0.02;

/// Whether all samples of `values` have one size, or all units: `width` units to a sample, `run` values of one side by
/// side.
pub(crate) fn is_even(values: &[f32], width: usize, run: usize) -> bool {
    let row = width * run;
    if row == 0 || values.is_empty() || !values.len().is_multiple_of(row) {
        return false;
    }
    // Samples that are all alike have one size too, and nothing has fixed it.
    if values.len() > row && spread(values, values.len() / row) < APART {
        return false;
    }
    let (mut units, mut samples) = (vec![0.0; width], Vec::new());
    for sample in values.chunks_exact(row) {
        let square = |unit: &[f32]| unit.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        let squares: Vec<f64> = sample.chunks_exact(run).map(square).collect();
        units.iter_mut().zip(&squares).for_each(|(sum, square)| *sum += square);
        samples.push(squares.iter().sum::<f64>());
    }
    let mean = samples.iter().sum::<f64>() / values.len() as f64;
    let one = samples.len() == 1 && (mean - 1.0).abs() < ONE;
    one || one_size(&samples) || one_size(&units)
}

/// Whether there are some, and of one size.
fn one_size(squares: &[f64]) -> bool {
    let (least, most) = squares.iter().fold((f64::MAX, 0f64), |(lo, up), v| (lo.min(*v), up.max(*v)));
    squares.len() > 1 && most > 0.0 && most.is_finite() && (most / least).sqrt() - 1.0 < EVEN
}

/// Whether what stands before a scale and a shift is of one size: `vectors` are the two in either order, or one of them.
pub(crate) fn is_normed(values: &[f32], width: usize, run: usize, vectors: &[Vec<f32>]) -> bool {
    let orders: &[[Option<&Vec<f32>>; 2]] = match vectors {
        [one] => &[[Some(one), None], [None, Some(one)]],
        [a, b] => &[[Some(a), Some(b)], [Some(b), Some(a)]],
        _ => return false,
    };
    let unit = |index: usize| index / run.max(1) % width.max(1);
    orders.iter().any(|[scale, shift]| {
        let of = |vector: &Option<&Vec<f32>>, index: usize| vector.and_then(|v| v.get(unit(index)).copied());
        let undone = |(index, value): (usize, &f32)| {
            (value - of(shift, index).unwrap_or(0.0)) / of(scale, index).unwrap_or(1.0)
        };
        is_even(&values.iter().enumerate().map(undone).collect::<Vec<_>>(), width, run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_or_units_of_one_size_are_fixed_and_others_are_not() {
        assert!(is_even(&[3.0, 4.0, 0.0, -5.0], 2, 1));
        assert!(is_even(&[1.0, 3.0, -1.0, -3.0], 2, 1));
        assert!(!is_even(&[1.0, 0.0, 0.5, 0.5], 2, 1));
        // Two channels of two values, each of one size over the batch.
        assert!(is_even(&[1.0, 2.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0], 2, 2));
        assert!(is_normed(&[3.0, 5.0, -1.0, -3.0], 2, 1, &[vec![2.0, 4.0], vec![1.0, 1.0]]));
        assert!(is_normed(&[3.0, 5.0, -1.0, -3.0], 2, 1, &[vec![1.0, 1.0], vec![2.0, 4.0]]));
        assert!(!is_normed(&[3.0, 5.0, -1.0, -2.0], 2, 1, &[vec![2.0, 4.0], vec![1.0, 1.0]]));
    }
}
