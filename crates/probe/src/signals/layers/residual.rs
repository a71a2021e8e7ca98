//! Residual sums on a tape: `stream + branch`, found by their values.

use candle_core::Result;

use crate::signals::record::flow::Flow;
use crate::signals::record::values::{head, precision, values};
use crate::statistics::moments::Moments;

/// Values that a sum is checked by.
const COMPARED: usize = 64;

/// A branch added to the stream that it was made from.
pub(crate) struct Sum {
    /// The index of the branch.
    pub(crate) branch: usize,
    /// Mean square of the stream.
    pub(crate) stream_square: f64,
    /// Mean square of the branch.
    pub(crate) branch_square: f64,
    /// Mean square of the sum.
    pub(crate) sum_square: f64,
}

/// Every residual sum of a flow, first to last.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn sums(flow: &Flow) -> Result<Vec<Sum>> {
    let heads = heads(flow)?;
    let found = flow.carriers().filter_map(|index| parts(flow, &heads, index).map(|parts| (index, parts)));
    found.map(|(sum, (stream, branch))| measure(flow, stream, branch, sum)).collect()
}

/// The first values of every tensor that carries the batch; none of the others.
fn heads(flow: &Flow) -> Result<Vec<Vec<f32>>> {
    let head = |index: usize| match flow.tape().tensor(index).filter(|_| flow.is_carrier(index)) {
        Some(tensor) => head(tensor, COMPARED),
        None => Ok(Vec::new()),
    };
    (0..flow.tape().len()).map(head).collect()
}

/// The stream and the branch that `sum` is the sum of.
fn parts(flow: &Flow, heads: &[Vec<f32>], sum: usize) -> Option<(usize, usize)> {
    let tape = flow.tape();
    let dims = tape.tensor(sum)?.dims();
    let alike = |index: &usize| tape.tensor(*index).is_some_and(|tensor| tensor.dims() == dims);
    let &[branch] = &flow.sources(sum, |_| true)[..] else { return None };
    let precision = precision(tape.tensor(sum)?);
    let streams = tape.ancestors(branch).filter(|&index| flow.is_carrier(index)).filter(alike);
    let whole = heads.get(sum)?;
    let part = heads.get(branch).filter(|_| alike(&branch))?;
    streams
        .filter(|&stream| heads.get(stream).is_some_and(|stream| adds_up(stream, part, whole, precision)))
        .map(|stream| (stream, branch))
        .next()
}

/// Whether `whole` is `a + b`, with an `a` and a `b` that both show in it.
fn adds_up(a: &[f32], b: &[f32], whole: &[f32], precision: f64) -> bool {
    let size = |values: &[f32]| values.iter().map(|v| f64::from(v.abs())).sum::<f64>();
    let shows = |part: &[f32]| size(part) > (100.0 * precision).min(0.1) * size(whole);
    let near = |((&a, &b), &whole): ((&f32, &f32), &f32)| {
        let (a, b, whole) = (f64::from(a), f64::from(b), f64::from(whole));
        (a + b - whole).abs() <= precision * (a.abs() + b.abs())
    };
    shows(a) && shows(b) && a.iter().zip(b).zip(whole).all(near)
}

fn measure(flow: &Flow, stream: usize, branch: usize, sum: usize) -> Result<Sum> {
    let square = |index: usize| -> Result<f64> {
        let tensor = flow.tape().tensor(index).map(values).transpose()?;
        Ok(Moments::of(&tensor.unwrap_or_default()).second_moment())
    };
    let (stream_square, branch_square, sum_square) = (square(stream)?, square(branch)?, square(sum)?);
    Ok(Sum { branch, stream_square, branch_square, sum_square })
}
