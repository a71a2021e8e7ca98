//! Neurons that are equal and stay so: equal rows, or columns, whose gradients are equal too.

use std::collections::HashMap;

/// Up to what share of its length a gradient is equal to another: rounding of sums in another order.
const EQUAL: f64 = 1e-4;

/// How many rows of a matrix are equal to an earlier one and have its gradient, of how many.
///
/// The gradient alone decides: equal neurons part at once where what reads them differs. Rows without a gradient, such
/// as those of tokens that the batch does not have, say nothing unless there is none anywhere.
pub(crate) fn twins(weight: &[f32], gradient: &[f32], row: usize) -> (usize, usize) {
    let rows = weight.len() / row.max(1);
    if row < 2 || rows < 2 || weight.len() != gradient.len() {
        return (0, rows);
    }
    let none = gradient.iter().all(|v| *v == 0.0);
    let mut first: HashMap<Vec<u32>, usize> = HashMap::with_capacity(rows);
    let bits = |index: usize| weight[index * row..][..row].iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let of = |index: usize| &gradient[index * row..][..row];
    let stays = |index: usize| {
        let earlier = *first.entry(bits(index)).or_insert(index);
        earlier != index && are_equal(of(earlier), of(index), none)
    };
    ((0..rows).map(stays).filter(|stays| *stays).count(), rows)
}

fn are_equal(a: &[f32], b: &[f32], none: bool) -> bool {
    let length = |v: &[f32]| v.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    let apart = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt();
    let longest = length(a).max(length(b));
    (none || longest > 0.0) && apart <= EQUAL * longest
}

/// The same values with their columns for rows: `(rows, columns, run)` becomes `(columns, rows, run)`.
pub(crate) fn turned(values: &[f32], columns: usize, run: usize) -> Vec<f32> {
    let row = columns * run;
    let of = |column: usize| values.chunks_exact(row.max(1)).flat_map(move |r| &r[column * run..][..run]);
    (0..columns).flat_map(of).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_stay_equal_where_their_gradients_are() {
        let weight = [1.0, 2.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!(twins(&weight, &[0.1, 0.2, 0.1, 0.2, 0.5, 0.5], 2), (1, 3));
        assert_eq!(twins(&weight, &[0.1, 0.2, 0.1, 0.3, 0.5, 0.5], 2), (0, 3));
        // Tokens that the batch does not have; a layer that gets nothing at all.
        assert_eq!(twins(&weight, &[0.0, 0.0, 0.0, 0.0, 0.5, 0.5], 2), (0, 3));
        assert_eq!(twins(&weight, &[0.0; 6], 2), (1, 3));
    }

    #[test]
    fn columns_become_rows() {
        assert_eq!(turned(&[1., 2., 3., 4., 5., 6.], 3, 1), [1., 4., 2., 5., 3., 6.]);
        assert_eq!(turned(&[1., 2., 3., 4., 5., 6., 7., 8.], 2, 2), [1., 2., 5., 6., 3., 4., 7., 8.]);
    }
}
