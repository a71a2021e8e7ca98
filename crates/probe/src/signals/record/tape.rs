//! candle's tape: every tensor between the parameters and the loss, read without a change to the model.
//!
//! candle keeps what a backward pass needs, and [`Tensor::sorted_nodes`] lists it. Its operations are private;
//! who depends on whom is not: a tensor's own list names all that it was made from.

use std::collections::HashMap;

use candle_core::{Tensor, TensorId};
use fixedbitset::FixedBitSet;
use rayon::prelude::*;

use crate::signals::record::repeats::kept;

/// The tensors that a loss depends on and that depend on a variable, each after all that it was made from.
pub(crate) struct Tape {
    nodes: Vec<Node>,
    indices: HashMap<TensorId, usize>,
    /// Where each node stands among all tensors of the loss.
    places: Vec<usize>,
}

/// One tensor of a tape.
pub(crate) struct Node {
    pub(crate) tensor: Tensor,
    /// The indices of all that it was made from, without itself.
    ancestors: FixedBitSet,
}

impl Tape {
    /// Reads the tape of `loss`, of what repeats itself the ends alone. The time grows with the square of what is left.
    pub(crate) fn read(loss: &Tensor) -> Self {
        let all = Self::tensors(loss);
        let kept = kept(&looks(&all));
        let left = all.into_iter().enumerate().filter(|(place, _)| kept.get(*place).copied().unwrap_or(true));
        let (places, tensors): (Vec<_>, Vec<_>) = left.unzip();
        let indices: HashMap<_, _> = tensors.iter().enumerate().map(|(i, tensor)| (tensor.id(), i)).collect();
        let ancestors = |tensor: &Tensor| {
            let mut set = FixedBitSet::with_capacity(tensors.len());
            let own = tensor.id();
            let ids = tensor.sorted_nodes().into_iter().map(Tensor::id).filter(|id| *id != own);
            ids.filter_map(|id| indices.get(&id)).for_each(|&index| set.insert(index));
            set
        };
        let nodes = tensors.par_iter().map(|t| Node { tensor: t.clone(), ancestors: ancestors(t) }).collect();
        Self { nodes, indices, places }
    }

    /// All tensors that `loss` depends on and that depend on a variable, each after all that it was made from.
    pub(crate) fn tensors(loss: &Tensor) -> Vec<Tensor> {
        loss.sorted_nodes().into_iter().rev().cloned().collect()
    }

    /// Where each tensor of the tape stands among [`tensors`](Self::tensors).
    pub(crate) fn places(&self) -> &[usize] {
        &self.places
    }

    /// How many tensors it holds.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The tensor at an index.
    pub(crate) fn tensor(&self, index: usize) -> Option<&Tensor> {
        self.nodes.get(index).map(|node| &node.tensor)
    }

    /// Where a tensor stands, if it is on the tape.
    pub(crate) fn index(&self, id: TensorId) -> Option<usize> {
        self.indices.get(&id).copied()
    }

    /// Whether the tensor at `index` was made from the one at `ancestor`, or is it.
    pub(crate) fn comes_from(&self, index: usize, ancestor: usize) -> bool {
        index == ancestor || self.nodes.get(index).is_some_and(|node| node.ancestors.contains(ancestor))
    }

    /// Whether the tensor at `index` was made from one of `others`.
    pub(crate) fn comes_from_any(&self, index: usize, others: &FixedBitSet) -> bool {
        self.nodes.get(index).is_some_and(|node| !node.ancestors.is_disjoint(others))
    }

    /// The indices of all that the tensor at `index` was made from, last first.
    pub(crate) fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes.get(index).into_iter().flat_map(|node| node.ancestors.ones().rev())
    }

    /// Those among `candidates`, given last first, that no other of them was made from.
    pub(crate) fn latest(&self, candidates: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut latest: Vec<usize> = Vec::new();
        for candidate in candidates {
            if !latest.iter().any(|&later| self.comes_from(later, candidate)) {
                latest.push(candidate);
            }
        }
        latest
    }
}

/// A number for what each tensor looks like: its shape and dtype; none for a variable.
fn looks(tensors: &[Tensor]) -> Vec<Option<usize>> {
    let mut known = HashMap::new();
    let look = |tensor: &Tensor| {
        let next = known.len();
        (!tensor.is_variable())
            .then(|| *known.entry((tensor.dims().to_vec(), tensor.dtype())).or_insert(next))
    };
    tensors.iter().map(look).collect()
}
