//! Which tensors of a tape carry the batch, and which parameters each was made from.

use candle_core::{Tensor, Var};
use fixedbitset::FixedBitSet;

use crate::signals::record::tape::Tape;
use crate::signals::record::values::values;

/// A tape with the batch and the parameters marked on it.
pub(crate) struct Flow {
    tape: Tape,
    /// Whether the tensor at each index carries the batch.
    carries: Vec<bool>,
    /// Where each parameter stands, if the loss depends on it.
    parameters: Vec<Option<usize>>,
    /// The parameters, by number, that the tensor at each index was made from.
    made_from: Vec<FixedBitSet>,
}

impl Flow {
    /// Marks on the tape what was made of `input`, and of each of `parameters`.
    ///
    /// An input of integers is not on the tape, nor is one that the model does not use, nor what the model reads of it as
    /// constants: then what carries the batch is recognised by its leading dimension.
    pub(crate) fn new(tape: Tape, input: &Tensor, parameters: &[(String, Var)]) -> Self {
        let found: Vec<_> = parameters.iter().map(|(_, var)| tape.index(var.id())).collect();
        let made_from: Vec<_> = (0..tape.len()).map(|index| ancestry(&tape, index, &found)).collect();
        let mut carries = by_shape(&tape, input, parameters, &made_from);
        if let Some(input) = tape.index(input.id()) {
            let carries_it = |(index, carries): (usize, &mut bool)| {
                let own = tape.tensor(index).zip(made_from.get(index));
                let apart = |(tensor, from)| !is_sized(tensor, from, parameters) && differs(tensor);
                *carries = tape.comes_from(index, input) || (*carries && own.is_some_and(apart));
            };
            carries.iter_mut().enumerate().for_each(carries_it);
        }
        Self { tape, carries, parameters: found, made_from }
    }

    pub(crate) fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Whether a parameter is on the tape.
    pub(crate) fn reaches(&self, parameter: usize) -> bool {
        self.parameters.get(parameter).is_some_and(Option::is_some)
    }

    /// The indices that carry the batch, first to last.
    pub(crate) fn carriers(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.tape.len()).filter(|&index| self.is_carrier(index))
    }

    pub(crate) fn is_carrier(&self, index: usize) -> bool {
        self.carries.get(index).copied().unwrap_or(false)
    }

    /// Whether the tensor at `index` was made from a parameter.
    pub(crate) fn uses(&self, index: usize, parameter: usize) -> bool {
        self.made_from.get(index).is_some_and(|set| set.contains(parameter))
    }

    /// At how many places a parameter is used: tensors that were made from it, and from nothing that was.
    pub(crate) fn places(&self, parameter: usize) -> usize {
        let own = self.parameters.get(parameter).copied().flatten();
        let mut made = FixedBitSet::with_capacity(self.tape.len());
        let of_it = (0..self.tape.len()).filter(|&index| Some(index) != own && self.uses(index, parameter));
        of_it.for_each(|index| made.insert(index));
        made.ones().filter(|&index| !self.tape.comes_from_any(index, &made)).count()
    }

    /// Whether two tensors were made from the same parameters.
    pub(crate) fn same_parameters(&self, a: usize, b: usize) -> bool {
        self.made_from.get(a) == self.made_from.get(b)
    }

    /// The last carriers that the tensor at `index` was made from and that pass `keep`.
    pub(crate) fn sources(&self, index: usize, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        let carriers = self.tape.ancestors(index).filter(|&p| self.is_carrier(p) && keep(p));
        self.tape.latest(carriers)
    }
}

fn ancestry(tape: &Tape, index: usize, parameters: &[Option<usize>]) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(parameters.len());
    let used = |parameter: &Option<usize>| parameter.is_some_and(|p| tape.comes_from(index, p));
    parameters.iter().enumerate().filter(|(_, p)| used(p)).for_each(|(number, _)| set.insert(number));
    set
}

/// Which tensors carry a batch of this shape: those whose leading dimension counts its samples, or its samples
/// times positions, and that are no view of parameters alone.
fn by_shape(
    tape: &Tape,
    input: &Tensor,
    parameters: &[(String, Var)],
    made_from: &[FixedBitSet],
) -> Vec<bool> {
    let counts = [input.dims().first().copied().unwrap_or(1), input.elem_count()];
    let carries = |(index, from): (usize, &FixedBitSet)| {
        let Some(tensor) = tape.tensor(index) else { return false };
        let leading = tensor.dims().first().is_some_and(|count| counts.contains(count));
        leading && !is_view(tensor, from, parameters)
    };
    made_from.iter().enumerate().map(carries).collect()
}

/// Whether a tensor may be made of nothing but the values of one weight, or of vectors. A lookup in a table is
/// recognised by its number of values.
fn is_view(tensor: &Tensor, from: &FixedBitSet, parameters: &[(String, Var)]) -> bool {
    let matrices = from.ones().filter_map(|n| parameters.get(n)).filter(|(_, var)| var.rank() > 1).count();
    match (matrices, from.count_ones(..)) {
        (0, _) => true,
        (_, 1) => is_sized(tensor, from, parameters),
        _ => false,
    }
}

/// Whether a tensor has as many values as one of the weights that it was made from, and so may be that weight over its norm.
fn is_sized(tensor: &Tensor, from: &FixedBitSet, parameters: &[(String, Var)]) -> bool {
    let mut matrices = from.ones().filter_map(|n| parameters.get(n)).filter(|(_, var)| var.rank() > 1);
    matrices.any(|(_, var)| var.elem_count() == tensor.elem_count())
}

/// Whether its first two samples differ: what is the same for all carries no batch, such as a weight beside each of them.
fn differs(tensor: &Tensor) -> bool {
    let sample = |n: usize| tensor.get(n).and_then(|sample| values(&sample));
    matches!((sample(0), sample(1)), (Ok(a), Ok(b)) if a != b)
}
