//! What is wrong with a signal, the cause before what follows from it.

use crate::findings::fault::{Fault, Way};
use crate::findings::finding::Finding;
use crate::findings::severity::Severity;
use crate::signals::checks::depth::{ANSWER, answer_limit, limit};
use crate::signals::checks::terms::Term;
use crate::signals::layers::errors::SquaredError;
use crate::signals::layers::residual::Sum;
use crate::signals::layers::softmaxes::Softmax;
use crate::signals::report::signal::{Gradient, LayerSignal};

/// Below this share in which they differ, two inputs are one to a net trained in f32.
const SAME: f64 = 1e-4;
/// Above this share a batch's samples are distinct at the input.
const APART: f64 = 1e-2;
/// The share of outputs on the flat sides from which a layer counts as saturated.
const SATURATED: f64 = 0.5;
/// The share of units that their biases hold off from which on a layer counts as dead.
const HELD: f64 = 0.5;
/// By how much the variance of layers may differ (SageMaker Debugger, PoorWeightInitialization).
const GROWTH: f64 = 10.0;
/// A branch that adds this share of the stream's variance at each block makes it grow without bound.
const BRANCH: f64 = 0.25;
/// Fewer blocks than this do not make a deep net.
const BLOCKS: usize = 4;

/// A layer's signal with what its judgement needs.
pub(crate) struct Judged<'a> {
    pub(crate) signal: &'a LayerSignal,
    pub(crate) units: usize,
    /// Whether a norm fixes the size of what it reads, or gives where it has no weight.
    pub(crate) normed: bool,
    /// Whether it has a weight.
    pub(crate) weighs: bool,
    /// Whether no layer stands before it, and whether none stands after it.
    pub(crate) enters: bool,
    pub(crate) ends: bool,
    /// The shares of what it passes on, and of what it reads, in which samples differ; NaN where the rows are no samples.
    pub(crate) spread: f64,
    pub(crate) input_spread: f64,
    /// Whether it is a table, whose size stands beside that of other tables alone.
    pub(crate) is_table: bool,
    /// Whether the size of what it gives is fixed afterwards, as that of vectors which are compared by their angle.
    pub(crate) fixed: bool,
    /// The share of units that may be off for the whole batch.
    pub(crate) dead_limit: f64,
}

/// What the signal shows on its way forward, in the order of the layers; `inputs` is the share in which the samples of
/// the batch differ.
///
/// A layer that stops the signal is the last that is judged: what comes after follows from it. For the same reason a
/// size out of bounds and a collapse are found once.
///
/// Where `classes` are stated, the first loss says whether the answer is too large.
pub(crate) fn forward(layers: &[Judged<'_>], inputs: f64, classes: Option<usize>) -> Vec<Finding> {
    let alive = &layers[..alive(layers)];
    // The head gives logits: it may start at zero, and its size is the first loss's matter.
    let hidden = &alive[..alive.len().min(layers.len().saturating_sub(1))];
    // What the last layer reads has come by whatever passes the layers before it by.
    let passed = |last: &&Judged<'_>| alive.len() == layers.len() || last.input_spread > SAME;
    let read = layers.last().filter(passed);
    let mut found: Vec<(usize, Fault)> = each(alive, overflow).collect();
    found.extend(each(hidden, saturated));
    found.extend(each(hidden, dead));
    found.extend(same(hidden, read, inputs));
    found.extend(from_here_on(sizes(hidden, read.map(|read| read.signal.input_rms), start(layers))));
    found.sort_by_key(|(depth, _)| *depth);
    let large = |fault: &Fault| matches!(fault, Fault::Exploding { .. } | Fault::Overflow { .. });
    if classes.is_none() && !found.iter().any(|(_, fault)| large(fault)) {
        found.extend(answer(layers, start(layers)));
    }
    let finding = |(depth, fault): (usize, Fault)| Some(Finding::new(&layers.get(depth)?.signal.name, fault));
    found.into_iter().filter_map(finding).collect()
}

/// The first layer from which on all samples are one, up to what the last layer reads.
fn same(hidden: &[Judged<'_>], read: Option<&Judged<'_>>, inputs: f64) -> Option<(usize, Fault)> {
    let spreads = hidden.iter().map(|layer| layer.spread).chain(read.map(|read| read.input_spread));
    from_here_on(spreads.map(|spread| collapsed(spread, inputs)).collect())
}

/// The first fault of those that no later layer is without: what a later layer has not is lost in a branch alone, and
/// passed by. Layers of which nothing can be said are left out.
fn from_here_on(faults: Vec<Option<Option<Fault>>>) -> Option<(usize, Fault)> {
    let known = faults.into_iter().enumerate().filter_map(|(depth, fault)| Some((depth, fault?)));
    let mut last: Vec<_> = known.collect();
    let sound = last.iter().rposition(|(_, fault)| fault.is_none()).map_or(0, |sound| sound + 1);
    let mut lost = last.drain(sound..);
    lost.find_map(|(depth, fault)| Some((depth, fault?)))
}

/// How many layers there are up to the one that stops the signal: none after it is alive, or its output is not finite.
/// A layer that is off while later ones are not ends a branch.
fn alive(layers: &[Judged<'_>]) -> usize {
    let broken = layers.iter().position(|layer| !layer.signal.output.is_finite());
    let sound = |layer: &Judged<'_>| layer.signal.output.is_finite() && layer.signal.dead < 1.0;
    let last = layers.iter().rposition(sound).map_or(1, |last| last + 2);
    broken.map_or(layers.len(), |broken| broken + 1).min(last).min(layers.len())
}

fn each<'a>(
    layers: &'a [Judged<'_>],
    fault: impl Fn(&Judged<'_>) -> Option<Fault> + 'a,
) -> impl Iterator<Item = (usize, Fault)> + 'a {
    layers.iter().enumerate().filter_map(move |(depth, layer)| Some((depth, fault(layer)?)))
}

fn overflow(layer: &Judged<'_>) -> Option<Fault> {
    let output = &layer.signal.output;
    (!output.is_finite()).then(|| Fault::Overflow { count: output.count - output.finite() })
}

fn saturated(layer: &Judged<'_>) -> Option<Fault> {
    let activation = layer.signal.activation.clone()?;
    let (share, units) = (layer.signal.saturated, layer.signal.flat);
    (share >= SATURATED).then_some(Fault::Saturated { share, units, activation })
}

/// Softmaxes whose rows are one weight and zeros: the scores get hardly any gradient. `name` names what makes the scores.
pub(crate) fn flat_softmaxes<'a>(
    softmaxes: &[Softmax],
    name: impl Fn(&Softmax) -> Option<&'a str>,
) -> Vec<Finding> {
    let finding = |softmax: &Softmax| {
        let (share, units) = (softmax.share, softmax.places);
        let fault = Fault::Saturated { share, units, activation: "softmax".into() };
        (share >= SATURATED).then(|| Some(Finding::new(name(softmax)?, fault))).flatten()
    };
    softmaxes.iter().filter_map(finding).collect()
}

/// Units that are off. Where no activation is known, nothing says that they are, but that they are constant.
fn dead(layer: &Judged<'_>) -> Option<Fault> {
    let share = layer.signal.dead;
    // A few units may all be off by chance, but not by that much.
    let held = layer.signal.out_of_reach >= HELD;
    let limit = if held { layer.dead_limit.min(HELD) } else { layer.dead_limit };
    let off = layer.signal.activation.is_some() && share >= limit;
    off.then_some(Fault::Dead { share, limit })
}

fn collapsed(spread: f64, inputs: f64) -> Option<Option<Fault>> {
    let known = spread.is_finite() && inputs > APART;
    known.then(|| (spread < SAME).then_some(Fault::Collapsed { spread, inputs }))
}

/// Sizes out of bounds, seen from where the signal starts: the net's input, or the last norm before the layer, which
/// sets the size anew.
fn sizes(layers: &[Judged<'_>], read: Option<f64>, start: f64) -> Vec<Option<Option<Fault>>> {
    let mut from = start;
    let fault = |(depth, layer): (usize, &Judged<'_>)| {
        let here = layer.signal.output.rms();
        if layer.normed {
            from = if layer.weighs { layer.signal.input_rms } else { here };
        }
        (here > 0.0 && here.is_finite())
            .then(|| size(Way::Forward, here / from, limit(&widths(layers.iter().take(depth)))))
    };
    let mut faults: Vec<_> = layers.iter().enumerate().map(fault).collect();
    let read = read.filter(|read| *read > 0.0 && read.is_finite());
    faults.push(read.map(|read| size(Way::Forward, read / from, limit(&widths(layers.iter())))));
    faults
}

/// What one of the last layers gives, where it is too large for a loss that is of the size of its targets: losses are
/// squares and exponentials of it.
fn answer(layers: &[Judged<'_>], start: f64) -> Option<(usize, Fault)> {
    let from = layers.iter().rev().find(|layer| layer.normed);
    let from = from
        .map_or(start, |layer| if layer.weighs { layer.signal.input_rms } else { layer.signal.output.rms() });
    let limit = answer_limit(&widths(layers.iter().filter(|layer| !layer.ends)));
    let is_answer = |layer: &Judged<'_>| layer.ends && !layer.is_table && !layer.fixed;
    let ends = layers.iter().enumerate().filter(|(_, layer)| is_answer(layer));
    let ratios = ends.map(|(depth, layer)| (depth, layer.signal.output.rms() / from));
    let (depth, ratio) = ratios.filter(|(_, ratio)| *ratio > limit).max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some((depth, Fault::Exploding { way: Way::Forward, ratio, limit }))
}

/// The size of the signal where it starts.
fn start(layers: &[Judged<'_>]) -> f64 {
    let Some(first) = layers.first() else { return f64::NAN };
    let sizes = [first.signal.input_rms, first.signal.output.rms()];
    sizes.into_iter().find(|size| *size > 0.0).unwrap_or(f64::NAN)
}

/// The widths of the layers that have a weight: the others hand on what they are given.
fn widths<'a>(layers: impl Iterator<Item = &'a Judged<'a>>) -> Vec<usize> {
    layers.filter(|layer| layer.weighs).map(|layer| layer.units).collect()
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

/// What the error signal shows on its way back, from the last layer to the first. A norm sets its size anew too. Where
/// the error comes back to the first layer by another way, or to the net's input, where it is of the size `input`, what is
/// small is a branch: queries and keys, gates.
pub(crate) fn backward(layers: &[Judged<'_>], input: Option<f64>) -> Option<Finding> {
    let mut from = None;
    let fault = |(depth, layer): (usize, &Judged<'_>)| {
        // An error of zero is no size to compare with.
        let error = layer.signal.error_rms.filter(|error| *error > 0.0);
        let start = error.map(|error| *from.get_or_insert(error));
        if layer.normed {
            from = None;
        }
        let known = error.zip(start)?;
        // Between this layer and the head, whose width is the number of answers and not the net's.
        let between = widths(layers.iter().rev().take(depth).skip(1));
        Some(size(Way::Backward, known.0 / known.1, limit(&between)))
    };
    let faults: Vec<_> = layers.iter().rev().enumerate().map(fault).collect();
    // Where an error comes back to one of the first layers, the others' way is not the only one.
    let sound =
        |(layer, fault): (&Judged<'_>, &Option<Option<Fault>>)| layer.enters && matches!(fault, Some(None));
    let whole = limit(&widths(layers.iter().rev().skip(1)));
    let around =
        input.zip(from).is_some_and(|(input, from)| size(Way::Backward, input / from, whole).is_none());
    if around || layers.iter().rev().zip(&faults).any(sound) {
        return None;
    }
    let (depth, fault) = from_here_on(faults)?;
    Some(Finding::new(layers.iter().rev().nth(depth)?.signal.name.clone(), fault))
}

/// Weights whose gradient is zero throughout. That of a vector may cancel exactly: of a bias before a difference.
pub(crate) fn zero_gradients(gradients: &[Gradient]) -> Vec<Finding> {
    let zero = |gradient: &&Gradient| gradient.moments.is_some_and(|m| m.count > 0 && m.zeros == m.count);
    let zero = gradients.iter().filter(|gradient| gradient.of_weight).filter(zero);
    zero.map(|gradient| Finding::new(gradient.name.clone(), Fault::ZeroGradient)).collect()
}

/// A stream that grows by a factor at each block. `name` names what ends the first branch.
pub(crate) fn residual(sums: &[Sum], name: impl Fn(&Sum) -> String) -> Option<Finding> {
    let (first, last) = (sums.first()?, sums.last()?);
    let growth = last.sum_square / first.stream_square;
    let mut shares: Vec<_> = sums.iter().map(|sum| sum.branch_square / sum.stream_square).collect();
    shares.sort_by(f64::total_cmp);
    let branch = shares.get(shares.len() / 2).copied()?;
    let grows = sums.len() >= BLOCKS && growth > GROWTH && branch > BRANCH && branches_grow(sums, growth);
    let fault = Fault::UnscaledResidual { growth, blocks: sums.len(), branch };
    grows.then(|| Finding::new(name(first), fault))
}

/// Whether the branches grow with the stream. Behind a norm a branch keeps its size and the stream grows by addition:
/// no factor a block.
fn branches_grow(sums: &[Sum], growth: f64) -> bool {
    let middle = |part: &[Sum]| {
        let mut sizes: Vec<_> = part.iter().map(|sum| sum.branch_square).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.get(sizes.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let (early, late) = sums.split_at(sums.len() / 2);
    middle(late) / middle(early) > growth.powf(0.25)
}

/// A loss that is not finite, or gradients that are not though every output is.
pub(crate) fn not_finite(loss: f64, gradients: &[Gradient]) -> Vec<Finding> {
    if !loss.is_finite() {
        return vec![Finding::new("the loss", Fault::Overflow { count: 1 })];
    }
    let broken = |gradient: &Gradient| {
        let moments = gradient.moments.filter(|moments| !moments.is_finite())?;
        let count = moments.count - moments.finite();
        Some(Finding::new(gradient.name.clone(), Fault::Overflow { count }))
    };
    gradients.iter().filter_map(broken).collect()
}

/// A loss at the start that is far from `ln(classes)`; or one of its `terms`, where it is their mean, that is lost. `name`
/// names what makes the loss, or a term.
pub(crate) fn first_loss(
    loss: f64,
    terms: &[Term],
    classes: Option<usize>,
    (logits, width): (Option<f64>, Option<usize>),
    name: impl Fn(Option<&Term>) -> String,
) -> Option<Finding> {
    // One class is nothing to tell apart.
    let classes = classes.filter(|&classes| classes > 1)?;
    let finding = |term: Option<&Term>| {
        let loss = term.map_or(loss, |term| term.loss);
        let (members, logits) = (term.map(|_| terms.len()), logits.filter(|_| term.is_none()));
        Finding::new(name(term), Fault::FirstLoss { loss, members, classes, logits, width })
    };
    let finite = terms.iter().filter(|term| term.loss.is_finite());
    let worst = finite.max_by(|a, b| a.loss.total_cmp(&b.loss)).map(|term| finding(Some(term)));
    let worst = worst.filter(|found| found.severity() == Severity::Fault);
    let whole = finding(None);
    let whole = (loss.is_finite() && loss > whole.limit().value).then_some(whole);
    whole.clone().filter(|found| found.severity() == Severity::Fault).or(worst).or(whole)
}

/// A regression's answer that is far larger than its target, the largest first. `name` names what gives it.
pub(crate) fn far_answer(errors: &[SquaredError], name: impl Fn(&SquaredError) -> String) -> Option<Finding> {
    let ratio = |error: &SquaredError| error.given / error.target;
    let far = errors.iter().filter(|error| ratio(error).is_finite() && ratio(error) > ANSWER);
    let worst = far.max_by(|a, b| ratio(a).total_cmp(&ratio(b)))?;
    Some(Finding::new(name(worst), Fault::FarAnswer { ratio: ratio(worst), limit: ANSWER }))
}
