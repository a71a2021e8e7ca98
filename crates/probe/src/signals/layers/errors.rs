//! Squared errors on a tape, `(answer − target)²`, found by their values: what a regression is asked for.

use candle_core::Result;

use crate::signals::record::flow::Flow;
use crate::signals::record::values::{head, precision, values};
use crate::statistics::moments::Moments;

/// Values that a square is recognised by.
const COMPARED: usize = 64;

/// An answer beside its target.
pub(crate) struct SquaredError {
    /// The index of the answer.
    pub(crate) answer: usize,
    /// Root mean square of the answer.
    pub(crate) given: f64,
    /// Root mean square of the target.
    pub(crate) target: f64,
}

/// Every squared error of a flow, whose mean or sum is on the tape, with a target that differs from element to element.
///
/// A target is a constant, of which the tape keeps nothing; it is the answer less the difference.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn squared_errors(flow: &Flow) -> Result<Vec<SquaredError>> {
    let mut found = Vec::new();
    for square in 0..flow.tape().len() {
        if let Some((answer, difference)) = parts(flow, square)?
            && is_summed(flow, square)?
        {
            found.extend(measure(flow, answer, difference)?);
        }
    }
    Ok(found)
}

/// The answer and its difference from the target, where the tensor at `square` is the square of such a difference.
fn parts(flow: &Flow, square: usize) -> Result<Option<(usize, usize)>> {
    let alone = |index: usize| match flow.tape().latest(flow.tape().ancestors(index))[..] {
        [source] if alike(flow, source, index) => Some(source),
        _ => None,
    };
    let Some(difference) = alone(square) else { return Ok(None) };
    if !is_square(flow, difference, square)? {
        return Ok(None);
    }
    Ok(alone(difference).map(|answer| (answer, difference)))
}

fn alike(flow: &Flow, a: usize, b: usize) -> bool {
    let dims = |index| flow.tape().tensor(index).map(|tensor| tensor.dims());
    dims(a) == dims(b)
}

fn is_square(flow: &Flow, root: usize, square: usize) -> Result<bool> {
    let tape = flow.tape();
    let (Some(root), Some(square)) = (tape.tensor(root), tape.tensor(square)) else { return Ok(false) };
    let precision = precision(square);
    let near = |(a, b): (&f32, &f32)| {
        let (a, b) = (f64::from(*a).powi(2), f64::from(*b));
        (a - b).abs() <= precision * a
    };
    Ok(head(root, COMPARED)?.iter().zip(&head(square, COMPARED)?).all(near))
}

/// Whether the first single number that is made of the tensor at `square`, and of no further parameter, is its mean or sum.
fn is_summed(flow: &Flow, square: usize) -> Result<bool> {
    let tape = flow.tape();
    let Some(squares) = tape.tensor(square) else { return Ok(false) };
    let is_one = |index: &usize| tape.tensor(*index).is_some_and(|tensor| tensor.elem_count() == 1);
    let one = (square + 1..tape.len()).filter(|&index| tape.comes_from(index, square)).find(is_one);
    let Some(one) = one.filter(|&one| flow.same_parameters(one, square)).and_then(|one| tape.tensor(one))
    else {
        return Ok(false);
    };
    let (one, all, precision) = (values(one)?, values(squares)?, 10.0 * precision(squares));
    let one = one.first().map_or(f64::NAN, |&one| f64::from(one));
    let sum: f64 = all.iter().map(|&value| f64::from(value)).sum();
    let samples = squares.dims().first().copied().unwrap_or(1).max(1) as f64;
    let is = |sum: f64| (one - sum).abs() <= precision * sum.abs();
    Ok(is(sum / all.len().max(1) as f64) || is(sum / samples) || is(sum))
}

fn measure(flow: &Flow, answer: usize, difference: usize) -> Result<Option<SquaredError>> {
    let read = |index: usize| flow.tape().tensor(index).map_or_else(|| Ok(Vec::new()), values);
    let (given, differences) = (read(answer)?, read(difference)?);
    let target: Vec<f32> = given.iter().zip(&differences).map(|(given, less)| given - less).collect();
    let (given, target) = (Moments::of(&given), Moments::of(&target));
    let varies = target.is_finite() && target.std > 0.0;
    Ok(varies.then(|| SquaredError { answer, given: given.rms(), target: target.rms() }))
}
