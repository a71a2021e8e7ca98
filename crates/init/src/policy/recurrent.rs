//! The parameters of candle's `lstm` and `gru`, and how many gates they stack.

use candle_core::Shape;
use candle_nn::Init as Hint;

use crate::layer::Layer;
use crate::policy::request::{Request, Sibling};

/// Which of the four parameters of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recurrent {
    InputWeight,
    HiddenWeight,
    InputBias,
    HiddenBias,
}

const NAMES: [(&str, Recurrent); 4] = [
    ("weight_ih_l", Recurrent::InputWeight),
    ("weight_hh_l", Recurrent::HiddenWeight),
    ("bias_ih_l", Recurrent::InputBias),
    ("bias_hh_l", Recurrent::HiddenBias),
];

/// The parameter that the last part of a path names, with what follows: `0` of `weight_ih_l0`.
pub(crate) fn named(last: &str) -> Option<(Recurrent, &str)> {
    NAMES.iter().find_map(|(start, parameter)| Some((*parameter, last.strip_prefix(start)?)))
}

/// The parameter that is asked for, with the number of its gates where that can be told. Only under the hints that
/// candle's layers have by default: another is its author's wish.
pub(crate) fn asked(request: &Request<'_>) -> Option<(Recurrent, Option<usize>)> {
    let default = match request.hint {
        Hint::Kaiming { .. } => request.shape.rank() == 2,
        Hint::Const(0.0) => request.shape.rank() == 1,
        _ => false,
    };
    let (parameter, suffix) = named(request.last()).filter(|_| default)?;
    Some((parameter, gates(request, parameter, suffix)))
}

/// A hidden weight is `(gates·hidden, hidden)`. The others are told by it where the model has been planned, else by
/// the one of 3 and 4 that divides their rows: of 12, 24, … rows nothing in one request tells.
fn gates(request: &Request<'_>, parameter: Recurrent, suffix: &str) -> Option<usize> {
    if parameter == Recurrent::HiddenWeight {
        return stacked(request.shape);
    }
    if let Sibling::Found(hidden) = request.sibling(&format!("weight_hh_l{suffix}")) {
        return stacked(&hidden);
    }
    let rows = request.shape.dims().first()?;
    match [3, 4].map(|gates: usize| rows.is_multiple_of(gates)) {
        [true, false] => Some(3),
        [false, true] => Some(4),
        _ => None,
    }
}

/// How many square matrices a hidden weight stacks.
fn stacked(hidden: &Shape) -> Option<usize> {
    let &[rows, cols] = hidden.dims() else { return None };
    (cols > 0 && rows.is_multiple_of(cols)).then(|| rows / cols)
}

/// What to say where the gates cannot be told.
pub(crate) fn gates_unknown(shape: &Shape) -> String {
    let rows = shape.dims().first().copied().unwrap_or(0);
    format!(
        "its {rows} rows may be an LSTM of {} or a GRU of {}; say which, as in `.layer(\"*\", Layer::LSTM)` (it applies to \
         recurrent layers only), or build the model with `Initializer::build`, which plans it first",
        rows / 4,
        rows / 3
    )
}

/// Whether a layer kind that was stated for a pattern applies to this parameter: gates only to recurrent ones.
pub(crate) fn applies(layer: Layer, name: &str) -> bool {
    !matches!(layer, Layer::Gates { .. }) || named(crate::policy::request::last(name)).is_some()
}
