//! Neurons that are equal and stay so: equal rows, or columns, whose gradients are equal too.

use std::collections::HashMap;

use crate::signals::report::signal::Twins;

/// Up to what share of its length a gradient is equal to another: rounding of sums in another order.
const EQUAL: f64 = 1e-4;
/// Values by which neurons are told apart at first.
const FIRST: usize = 8;

/// The equal rows of a weight `(rows, columns, taps…)`, and its equal columns.
///
/// Equal neurons part at once where their gradients differ. Rows without a gradient, such as those of tokens that the
/// batch does not have, say nothing.
pub(crate) fn twins(weight: &[f32], gradient: &[f32], dims: &[usize]) -> [Twins; 2] {
    let [rows, columns, taps @ ..] = dims else { return Default::default() };
    let (row, taps) = (columns * taps.iter().product::<usize>(), taps.iter().product::<usize>());
    if weight.len() != rows * row || gradient.len() != weight.len() {
        return Default::default();
    }
    let of_row = Neurons { count: *rows, length: row, place: &|neuron, value| neuron * row + value };
    let in_column = |neuron: usize, value: usize| value / taps * row + neuron * taps + value % taps;
    let of_column = Neurons { count: *columns, length: rows * taps, place: &in_column };
    [of_row, of_column].map(|neurons| neurons.twins(weight, gradient))
}

/// Where the values of neurons lie.
struct Neurons<'a> {
    count: usize,
    length: usize,
    place: &'a dyn Fn(usize, usize) -> usize,
}

impl Neurons<'_> {
    fn twins(&self, weight: &[f32], gradient: &[f32]) -> Twins {
        let mut twins = Twins { of: self.count, ..Twins::default() };
        let mut seen: HashMap<[u32; FIRST], usize> = HashMap::with_capacity(self.count);
        for neuron in 0..self.count {
            let first = *seen.entry(self.first(weight, neuron)).or_insert(neuron);
            if first != neuron && self.values(weight, first).eq(self.values(weight, neuron)) {
                match self.are_near(gradient, (first, neuron)) {
                    Some(true) => twins.staying += 1,
                    Some(false) => twins.parting += 1,
                    None => {}
                }
            }
        }
        // One value a neuron is equal to another's too easily, but not to that of all of them.
        let all = self.count > 2 && twins.staying + 1 == self.count;
        if self.length > 1 || all { twins } else { Twins { of: self.count, ..Twins::default() } }
    }

    fn values<'a>(&'a self, of: &'a [f32], neuron: usize) -> impl Iterator<Item = f32> + 'a {
        (0..self.length).map(move |value| of.get((self.place)(neuron, value)).copied().unwrap_or(f32::NAN))
    }

    fn first(&self, weight: &[f32], neuron: usize) -> [u32; FIRST] {
        let mut bits = [0; FIRST];
        bits.iter_mut().zip(self.values(weight, neuron)).for_each(|(bits, value)| *bits = value.to_bits());
        bits
    }

    /// Whether two gradients are equal; `None` where there is none.
    fn are_near(&self, gradient: &[f32], (a, b): (usize, usize)) -> Option<bool> {
        let (mut longest, mut apart) = (0f64, 0f64);
        for (a, b) in self.values(gradient, a).zip(self.values(gradient, b)) {
            longest += f64::from(a.abs().max(b.abs())).powi(2);
            apart += (f64::from(a) - f64::from(b)).powi(2);
        }
        (longest > 0.0).then(|| apart.sqrt() <= EQUAL * longest.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neurons_stay_equal_where_their_gradients_are() {
        let weight = [1.0, 2.0, 1.0, 2.0, 3.0, 4.0];
        let rows = |gradient: &[f32]| twins(&weight, gradient, &[3, 2])[0];
        let found = |staying, parting| Twins { staying, parting, of: 3 };
        assert_eq!(rows(&[0.1, 0.2, 0.1, 0.2, 0.5, 0.5]), found(1, 0));
        assert_eq!(rows(&[0.1, 0.2, 0.1, 0.3, 0.5, 0.5]), found(0, 1));
        // Tokens that the batch does not have, units that are off.
        assert_eq!(rows(&[0.0, 0.0, 0.0, 0.0, 0.5, 0.5]), found(0, 0));
    }

    /// Two of three outputs' worth of one number are equal by chance or by rule; where all are, their inputs are one.
    #[test]
    fn neurons_of_one_value() {
        let columns = |weight: &[f32], gradient: &[f32]| twins(weight, gradient, &[1, 3])[1].staying;
        assert_eq!(columns(&[0.0; 3], &[0.5; 3]), 2);
        assert_eq!(columns(&[0.0; 3], &[0.5, 0.5, 0.1]), 0);
        assert_eq!(columns(&[0.1, 0.1, 0.2], &[0.5; 3]), 0);
    }

    #[test]
    fn columns_of_matrices_and_kernels() {
        let columns =
            |weight: &[f32], gradient: &[f32], dims: &[usize]| twins(weight, gradient, dims)[1].staying;
        assert_eq!(columns(&[1., 1., 2., 3., 3., 4.], &[1., 1., 0., 2., 2., 0.], &[2, 3]), 1);
        let kernel = [1., 2., 1., 2., 3., 4., 3., 4.];
        assert_eq!(columns(&kernel, &kernel, &[2, 2, 2]), 1);
        assert_eq!(columns(&kernel, &[1., 2., 1., 2., 3., 4., 3., 5.], &[2, 2, 2]), 0);
    }
}
