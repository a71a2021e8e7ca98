//! The losses that a loss is the mean of: of several members, players or steps.

use candle_core::Result;

use crate::signals::record::flow::Flow;
use crate::signals::record::values::values;

/// How far the mean may be from the loss by rounding.
const EQUAL: f64 = 1e-4;

/// One of the losses that a loss is the mean of.
pub(crate) struct Term {
    /// The index of its tensor.
    pub(crate) index: usize,
    /// The loss.
    pub(crate) loss: f64,
}

/// The last single numbers that the loss was made of, where there are several and it is their mean.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn terms(flow: &Flow, loss: f64) -> Result<Vec<Term>> {
    let tape = flow.tape();
    let one = |index: &usize| tape.tensor(*index).is_some_and(|tensor| tensor.elem_count() == 1);
    let made_of = |index: usize| tape.latest(tape.ancestors(index).filter(one));
    let mut ones = made_of(tape.len().saturating_sub(1));
    // A mean is a sum first, and may be scaled.
    while let [only] = ones[..] {
        ones = made_of(only);
    }
    let term = |index: usize| {
        let value = tape.tensor(index).map(values).transpose()?.and_then(|one| one.first().copied());
        Ok(Term { index, loss: value.map_or(f64::NAN, f64::from) })
    };
    let terms = ones.into_iter().map(term).collect::<Result<Vec<_>>>()?;
    let mean = terms.iter().map(|term| term.loss).sum::<f64>() / terms.len() as f64;
    let is_mean = terms.len() > 1 && (mean - loss).abs() <= EQUAL * loss.abs();
    Ok(if is_mean { terms } else { Vec::new() })
}
