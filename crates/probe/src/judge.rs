//! What is wrong with a signal, the cause before what follows from it.

use crate::depth::limit;
use crate::residual::Sum;
use crate::{Fault, Finding, Gradient, LayerSignal, Way};

/// Beyond this correlation two inputs are one to a net trained in f32.
const ONE: f64 = 0.9999;
/// Below this correlation a batch's samples are told apart at the input.
const APART: f64 = 0.99;
/// The share of outputs on the flat sides from which a layer counts as saturated.
const SATURATED: f64 = 0.5;
/// By how much the variance of layers may differ (SageMaker Debugger, PoorWeightInitialization).
const GROWTH: f64 = 10.0;
/// A branch that adds this share of the stream's variance at each block makes it grow without bound.
const BRANCH: f64 = 0.25;
/// Fewer blocks than this do not make a deep net.
const BLOCKS: usize = 4;

/// A layer's signal with its number of units.
pub(crate) struct Judged<'a> {
    pub(crate) signal: &'a LayerSignal,
    pub(crate) units: usize,
}

/// What the signal shows on its way forward, in the order of the layers.
pub(crate) fn forward(layers: &[Judged<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let start = start(layers);
    let inputs = layers.first().map_or(f64::NAN, |layer| layer.signal.correlation);
    let narrowest = layers.iter().map(|layer| layer.units).min().unwrap_or(1);
    // Each of these is found once: what comes after it in the net follows from it.
    let (mut sized, mut collapsed) = (false, false);
    for (depth, layer) in layers.iter().enumerate() {
        let signal = layer.signal;
        let mut found = |fault| findings.push(Finding::new(signal.name.clone(), fault));
        if !signal.output.is_finite() {
            found(Fault::Overflow { count: signal.output.count - signal.output.finite() });
            break;
        }
        if signal.saturated >= SATURATED {
            let activation = signal.activation.clone().unwrap_or_default();
            found(Fault::Saturated { share: signal.saturated, activation });
        }
        let dead_limit = dead_limit(layer.units);
        let last = depth + 1 == layers.len();
        if signal.dead >= dead_limit && !last {
            found(Fault::Dead { share: signal.dead, limit: dead_limit });
        }
        if signal.dead >= 1.0 {
            break;
        }
        if let Some(fault) = size(Way::Forward, signal.output.rms() / start, limit(narrowest, depth)) {
            if !sized && !last {
                found(fault);
            }
            sized = true;
        }
        if !collapsed && inputs < APART && signal.correlation > ONE && !last {
            found(Fault::Collapsed { correlation: signal.correlation, inputs });
            collapsed = true;
        }
    }
    findings
}

/// The size of the signal where it starts.
fn start(layers: &[Judged<'_>]) -> f64 {
    let Some(first) = layers.first() else { return f64::NAN };
    let read = first.signal.input_rms;
    if read > 0.0 { read } else { first.signal.output.rms() }
}

/// Half of ReLU's units are off for any one input; if all samples are one, these are off for all of them. Six
/// standard deviations of that share, `½/√n`, are added.
fn dead_limit(units: usize) -> f64 {
    (0.5 + 3.0 / (units.max(1) as f64).sqrt()).min(1.0)
}

fn size(way: Way, ratio: f64, limit: f64) -> Option<Fault> {
    if ratio > limit {
        Some(Fault::Exploding { way, ratio, limit })
    } else if ratio < limit.recip() && ratio > 0.0 {
        Some(Fault::Vanishing { way, ratio, limit: limit.recip() })
    } else {
        None
    }
}

/// What the error signal shows on its way back, from the last layer to the first.
pub(crate) fn backward(layers: &[Judged<'_>]) -> Option<Finding> {
    let narrowest = layers.iter().map(|layer| layer.units).min().unwrap_or(1);
    let errors = layers.iter().rev().filter_map(|layer| Some((layer.signal, layer.signal.error_rms?)));
    let mut errors = errors.enumerate();
    let (_, (_, start)) = errors.next()?;
    errors.find_map(|(depth, (signal, error))| {
        let fault = size(Way::Backward, error / start, limit(narrowest, depth))?;
        Some(Finding::new(signal.name.clone(), fault))
    })
}

/// Parameters that no gradient reaches.
pub(crate) fn unreached(gradients: &[Gradient]) -> Vec<Finding> {
    let none = gradients.iter().filter(|gradient| gradient.moments.is_none());
    none.map(|gradient| Finding::new(gradient.name.clone(), Fault::NoGradient)).collect()
}

/// Parameters whose gradient is zero throughout.
pub(crate) fn unmoved(gradients: &[Gradient]) -> Vec<Finding> {
    let zero = |gradient: &&Gradient| gradient.moments.is_some_and(|m| m.count > 0 && m.zeros == m.count);
    let zero = gradients.iter().filter(zero);
    zero.map(|gradient| Finding::new(gradient.name.clone(), Fault::ZeroGradient)).collect()
}

/// A stream that grows by a factor at each block. `place` names what ends the first branch.
pub(crate) fn residual(sums: &[Sum], place: impl Fn(&Sum) -> String) -> Option<Finding> {
    let (first, last) = (sums.first()?, sums.last()?);
    let growth = last.sum_square / first.stream_square;
    let mut shares: Vec<_> = sums.iter().map(|sum| sum.branch_square / sum.stream_square).collect();
    shares.sort_by(f64::total_cmp);
    let branch = shares.get(shares.len() / 2).copied()?;
    let grows = sums.len() >= BLOCKS && growth > GROWTH && branch > BRANCH;
    let fault = Fault::UnscaledResidual { growth, blocks: sums.len(), branch };
    grows.then(|| Finding::new(place(first), fault))
}

/// A loss at the start that is far from `ln(classes)`.
pub(crate) fn first_loss(loss: f64, classes: Option<usize>, head: Option<&LayerSignal>) -> Option<Finding> {
    let classes = classes?;
    let place = head.map_or_else(|| "the loss".to_owned(), |head| head.name.clone());
    let logits = head.map(|head| head.output.std);
    let fault = Fault::FirstLoss { loss, classes, logits };
    let finding = Finding::new(place, fault);
    (loss.is_finite() && loss > finding.limit().value).then_some(finding)
}
