//! The losses that a loss is the mean of: of several members, players or steps.

use candle_core::Result;

use crate::signals::record::flow::Flow;
use crate::signals::record::values::values;

/// How far the mean may be from the loss by rounding.
const EQUAL: f64 = 1e-4;

/// The last single numbers that the loss was made of, where there are several and it is their mean.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn terms(flow: &Flow, loss: f64) -> Result<Vec<f64>> {
    let tape = flow.tape();
    let one = |index: &usize| tape.tensor(*index).is_some_and(|tensor| tensor.elem_count() == 1);
    let made_of = |index: usize| tape.latest(tape.ancestors(index).filter(one));
    let mut ones = made_of(tape.len().saturating_sub(1));
    // A mean is a sum first, and may be scaled.
    while let [only] = ones[..] {
        ones = made_of(only);
    }
    let value = |index: usize| tape.tensor(index).map_or_else(|| Ok(Vec::new()), values);
    let terms = ones.into_iter().map(value).collect::<Result<Vec<_>>>()?.concat();
    let terms: Vec<_> = terms.into_iter().map(f64::from).collect();
    let mean = terms.iter().sum::<f64>() / terms.len() as f64;
    let is_mean = terms.len() > 1 && (mean - loss).abs() <= EQUAL * loss.abs();
    Ok(if is_mean { terms } else { Vec::new() })
}
