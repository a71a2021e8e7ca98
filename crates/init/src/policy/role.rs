//! The role of a parameter in its layer, from its name, its shape and the layer's hint.

use candle_nn::Init as Hint;

use crate::layer::Layer;
use crate::policy::recurrent::{self, Recurrent};
use crate::policy::request::{Request, Sibling, last};

/// What a parameter is to its layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    /// The matrix or kernel of a linear or convolution layer.
    Weight,
    /// The bias that such a layer asks for with a range, and its weight.
    Bias(Sibling),
    /// A bias that asks for zero, and the weight beside it: a norm's, or one that a model fetches itself.
    Shift(Sibling),
    /// A matrix or bias of an LSTM or GRU, with the number of gates where it can be told.
    Recurrent(Recurrent, Option<usize>),
    /// The rows of an embedding.
    Embedding,
    /// The slope of a PReLU.
    Slope,
    /// A running statistic of a batch norm.
    Statistic,
    /// Whatever else says by its hint what it wants: scales of norms, a model's own parameters.
    Own,
    /// A `vb.get` without a hint that nothing else explains.
    Unknown,
}

impl Role {
    /// The role of what is asked for.
    pub(crate) fn of(request: &Request<'_>) -> Self {
        let (last, rank) = (request.last(), request.shape.rank());
        if is_running_statistic(request.name) {
            return Self::Statistic;
        }
        if let Some((parameter, gates)) = recurrent::asked(request) {
            return Self::Recurrent(parameter, gates);
        }
        match request.hint {
            Hint::Kaiming { .. } if rank > 1 => Self::Weight,
            // Only transposed convolutions ask for a uniform of rank 3 and more.
            Hint::Uniform { .. } if rank > 2 => Self::Weight,
            Hint::Uniform { .. } if rank == 1 && last == "bias" => Self::Bias(request.weight()),
            Hint::Randn { mean: 0.0, stdev: 1.0 } if rank == 2 => Self::Embedding,
            Hint::Const(0.25) if rank == 1 => Self::Slope,
            // An honest zero, or a `vb.get` without a hint.
            Hint::Const(0.0) if rank > 1 && last == "weight" => Self::Weight,
            Hint::Const(0.0) if rank == 1 && last == "bias" => Self::Shift(request.weight()),
            Hint::Const(0.0) if rank < 2 && matches!(last, "bias" | "beta") => Self::Own,
            Hint::Const(0.0) => Self::Unknown,
            _ => Self::Own,
        }
    }

    /// Whether it is what [`Initializer::weights`](crate::Initializer::weights) is for, at rank 2 and above.
    pub(crate) fn is_weight(&self) -> bool {
        matches!(self, Self::Weight | Self::Recurrent(..))
    }

    /// The kind of layer whose fans the parameter has, as far as the request tells.
    pub(crate) fn layer(&self, request: &Request<'_>) -> Layer {
        match (self, request.hint) {
            (Self::Weight, Hint::Uniform { .. }) => Layer::ConvTranspose { groups: 1, stride: 1 },
            (Self::Recurrent(_, Some(gates)), _) if request.shape.rank() > 1 => {
                Layer::Gates { gates: *gates }
            }
            (Self::Own | Self::Embedding, _) if request.shape.rank() == 2 => Layer::Embedding,
            _ => Layer::of_shape(request.shape),
        }
    }
}

/// A batch norm's statistics: candle keeps them among the variables, but they are measured, not learnt.
pub(crate) fn is_running_statistic(name: &str) -> bool {
    matches!(last(name), "running_mean" | "running_var")
}

/// Where candle's batch norm lets a running statistic start, for a request that brings no hint.
pub(crate) fn starts_at(name: &str) -> f64 {
    if last(name) == "running_var" { 1.0 } else { 0.0 }
}
