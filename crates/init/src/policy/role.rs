//! What a parameter is to its layer, told from its name, its shape and the layer's hint.

use candle_core::Shape;
use candle_nn::Init as Hint;

use crate::layer::Layer;

/// The part that a parameter plays.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// The matrix or kernel of a linear or convolution layer.
    Weight,
    /// The bias of such a layer, with its weight's shape if that is known.
    Bias(Option<Shape>),
    /// A matrix or bias of an LSTM or GRU; the gates where they can be told.
    Recurrent(Recurrent, Option<usize>),
    /// The rows of an embedding.
    Embedding,
    /// The slope of a PReLU.
    Slope,
    /// A running statistic of a batch norm.
    Statistic,
    /// Whatever else says by its hint what it wants: scales and shifts of norms, a model's own parameters.
    Own,
    /// A `vb.get` without a hint that nothing else explains.
    Unknown,
}

/// Which of the four parameters of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recurrent {
    InputWeight,
    HiddenWeight,
    InputBias,
    HiddenBias,
}

const RECURRENT: [(&str, Recurrent); 4] = [
    ("weight_ih_l", Recurrent::InputWeight),
    ("weight_hh_l", Recurrent::HiddenWeight),
    ("bias_ih_l", Recurrent::InputBias),
    ("bias_hh_l", Recurrent::HiddenBias),
];

/// One request, with a look at what was asked for before it.
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a str,
    pub(crate) shape: &'a Shape,
    pub(crate) hint: Hint,
    /// The shape of a parameter that exists already.
    pub(crate) known: &'a dyn Fn(&str) -> Option<Shape>,
}

impl Asked<'_> {
    /// The part of the path after the last dot.
    fn last(&self) -> &str {
        last(self.name)
    }

    fn sibling(&self, last: &str) -> Option<Shape> {
        let prefix = self.name.strip_suffix(self.last()).unwrap_or_default();
        (self.known)(&format!("{prefix}{last}"))
    }

    pub(crate) fn part(&self) -> Part {
        let (last, rank) = (self.last(), self.shape.rank());
        if is_running_statistic(self.name) {
            return Part::Statistic;
        }
        if let Some((part, suffix)) = self.recurrent() {
            return Part::Recurrent(part, self.gates(part, suffix));
        }
        match self.hint {
            Hint::Kaiming { .. } if rank > 1 => Part::Weight,
            // Only transposed convolutions ask for a uniform of rank 3 and more.
            Hint::Uniform { .. } if rank > 2 => Part::Weight,
            Hint::Uniform { .. } if rank == 1 && last == "bias" => Part::Bias(self.sibling("weight")),
            Hint::Randn { mean: 0.0, stdev: 1.0 } if rank == 2 => Part::Embedding,
            Hint::Const(0.25) if rank == 1 => Part::Slope,
            Hint::Const(0.0) => self.unhinted(),
            _ => Part::Own,
        }
    }

    /// The role in a recurrent layer, with the end of the name: `0` of `weight_ih_l0`. Only the hints that
    /// candle's layers have by default: another is its author's wish.
    fn recurrent(&self) -> Option<(Recurrent, &str)> {
        let default = match self.hint {
            Hint::Kaiming { .. } => self.shape.rank() == 2,
            Hint::Const(0.0) => self.shape.rank() == 1,
            _ => false,
        };
        let named = |(start, part): &(&str, Recurrent)| Some((*part, self.last().strip_prefix(start)?));
        RECURRENT.iter().find_map(named).filter(|_| default)
    }

    /// What `Const(0)` can mean: an honest zero, or a `vb.get` without a hint.
    fn unhinted(&self) -> Part {
        let (last, rank) = (self.last(), self.shape.rank());
        match self.sibling("weight") {
            _ if rank > 1 && last == "weight" => Part::Weight,
            Some(weight) if last == "bias" && rank == 1 && weight.rank() > 1 => Part::Bias(Some(weight)),
            _ if rank < 2 && matches!(last, "bias" | "beta") => Part::Own,
            _ => Part::Unknown,
        }
    }

    /// How many gates the layer stacks, if that can be told: a hidden weight is `(gates·hidden, hidden)`, and
    /// biases come after it.
    fn gates(&self, part: Recurrent, suffix: &str) -> Option<usize> {
        let hidden = match part {
            Recurrent::HiddenWeight => Some(self.shape.clone()),
            _ => self.sibling(&format!("weight_hh_l{suffix}")),
        };
        if let Some(&[rows, cols]) = hidden.as_ref().map(Shape::dims) {
            return (cols > 0 && rows.is_multiple_of(cols)).then(|| rows / cols);
        }
        let rows = self.shape.dims().first()?;
        match [3, 4].map(|gates: usize| rows.is_multiple_of(gates)) {
            [true, false] => Some(3),
            [false, true] => Some(4),
            _ => None,
        }
    }

    /// The kind of layer whose fans the parameter has, as far as the request tells.
    pub(crate) fn layer(&self, part: &Part) -> Layer {
        match (part, self.hint) {
            (Part::Weight, Hint::Uniform { .. }) => Layer::ConvTranspose { groups: 1, stride: 1 },
            (Part::Recurrent(_, Some(gates)), _) if self.shape.rank() > 1 => Layer::Gates { gates: *gates },
            (Part::Own | Part::Embedding, _) if self.shape.rank() == 2 => Layer::Embedding,
            _ => Layer::of_shape(self.shape),
        }
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A batch norm's statistics: candle keeps them among the variables, but they are measured, not learnt.
pub(crate) fn is_running_statistic(name: &str) -> bool {
    matches!(last(name), "running_mean" | "running_var")
}
