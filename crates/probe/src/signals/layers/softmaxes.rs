//! Softmaxes on a tape, found by their values: what weighs positions, or experts, against each other.

use candle_core::Result;

use crate::signals::record::flow::Flow;
use crate::signals::record::values::{head, precision, values};

/// Values that a softmax is recognised by, before all are read.
const COMPARED: usize = 64;
/// A weight beyond which the slope `p(1 − p)` is under 2 % of its largest, a quarter.
const FLAT: f32 = 0.995;
/// How far below the largest score what a mask leaves out lies.
const MASKED: f32 = -1e4;

/// A softmax along the last axis.
pub(crate) struct Softmax {
    /// Its index.
    pub(crate) index: usize,
    /// Of the rows that have a choice, the share in which one weight is nearly all.
    pub(crate) share: f64,
    /// Of the places in a sample that a row stands at, the share where that is so for every sample.
    pub(crate) places: f64,
}

/// Every softmax of a flow along the last axis by which something is weighed.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn softmaxes(flow: &Flow) -> Result<Vec<Softmax>> {
    flow.carriers().filter_map(|index| softmax(flow, index).transpose()).collect()
}

fn softmax(flow: &Flow, index: usize) -> Result<Option<Softmax>> {
    let tape = flow.tape();
    let Some(tensor) = tape.tensor(index).filter(|tensor| tensor.rank() > 1) else { return Ok(None) };
    let width = tensor.dims().last().copied().unwrap_or(0);
    if width < 2 || !are_shares(&head(tensor, COMPARED)?) {
        return Ok(None);
    }
    let weights = values(tensor)?;
    let near = precision(tensor).max(1e-3) as f32;
    let is_one = |row: &[f32]| (row.iter().sum::<f32>() - 1.0).abs() <= near;
    if !are_shares(&weights) || !weights.chunks_exact(width).all(is_one) {
        return Ok(None);
    }
    let Some(scores) = scores(flow, index)? else { return Ok(None) };
    let rows: Vec<_> = weights.chunks_exact(width).zip(scores.chunks_exact(width)).map(flat).collect();
    let (share, places) = shares(&rows, tensor.dims().first().copied().unwrap_or(1));
    Ok(Some(Softmax { index, share, places }))
}

fn are_shares(values: &[f32]) -> bool {
    values.iter().all(|value| (0.0..=1.001).contains(value))
}

/// The scores less the largest, of which the softmax at `index` took the powers that it divides by their sum. A
/// cross-entropy takes the same powers and divides nothing: it weighs nothing.
fn scores(flow: &Flow, index: usize) -> Result<Option<Vec<f32>>> {
    let tape = flow.tape();
    let dims = |index: usize| tape.tensor(index).map(|tensor| tensor.dims());
    let same = tape.ancestors(index).filter(|&other| dims(other) == dims(index));
    let mut before = same.filter_map(|other| tape.tensor(other));
    let powers = before.next().map(values).transpose()?;
    let positive = powers.is_some_and(|powers| powers.iter().all(|power| *power >= 0.0));
    if positive { before.next().map(values).transpose() } else { Ok(None) }
}

/// Whether one weight of a row is nearly all; none where a mask leaves no choice.
fn flat((weights, scores): (&[f32], &[f32])) -> Option<bool> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let open = scores.iter().filter(|score| **score - most > MASKED).count();
    (open > 1).then(|| weights.iter().any(|weight| *weight > FLAT))
}

/// The share of rows that are flat, and of the places that are so in every one of `samples`.
fn shares(rows: &[Option<bool>], samples: usize) -> (f64, f64) {
    let share = |of: &[bool]| of.iter().filter(|flat| **flat).count() as f64 / of.len().max(1) as f64;
    let all: Vec<bool> = rows.iter().copied().flatten().collect();
    let places = (rows.len() / samples.max(1)).max(1);
    let of_place = |place: usize| -> Option<bool> {
        let mut known = rows.iter().skip(place).step_by(places).copied().flatten().peekable();
        known.peek()?;
        Some(known.all(|flat| flat))
    };
    let always: Vec<bool> = (0..places).filter_map(of_place).collect();
    (share(&all), share(&always))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_flat_if_every_sample_has_it_so() {
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(shares(&[yes, no, yes, yes], 2), (0.75, 0.5));
        // The first query sees itself alone.
        assert_eq!(shares(&[None, yes, None, yes], 2), (1.0, 1.0));
        assert_eq!(shares(&[], 0), (0.0, 0.0));
    }

    #[test]
    fn a_mask_leaves_no_choice() {
        assert_eq!(flat((&[1.0, 0.0], &[0.0, f32::NEG_INFINITY])), None);
        assert_eq!(flat((&[1.0, 0.0], &[0.0, -200.0])), Some(true));
        assert_eq!(flat((&[0.5, 0.5], &[0.0, 0.0])), Some(false));
    }
}
