//! What a pass shows of a model, and what is wrong with it.

use candle_core::{Tensor, Var, backprop::GradStore};

use crate::error::Result;
use crate::findings::fault::Fault;
use crate::findings::finding::Finding;
use crate::signals::checks::blocked::blocked;
use crate::signals::checks::chance;
use crate::signals::checks::cut::cut;
use crate::signals::checks::judge::{self, Judged};
use crate::signals::checks::measure::{layer_signal, tap_error, tap_signal};
use crate::signals::checks::symmetric::symmetric;
use crate::signals::checks::terms::{Term, terms};
use crate::signals::layers::errors::{SquaredError, squared_errors};
use crate::signals::layers::graph::Graph;
use crate::signals::layers::layer::{Layer, is_fixed, layers};
use crate::signals::layers::residual::sums;
use crate::signals::layers::softmaxes::softmaxes;
use crate::signals::record::flow::Flow;
use crate::signals::record::tap::Tap;
use crate::signals::record::tape::Tape;
use crate::signals::record::values::values;
use crate::signals::report::signal::{Gradient, LayerSignal, Signal};
use crate::signals::theory::predict::predict;
use crate::statistics::moments::Moments;
use crate::statistics::spread::spread;

/// The layers of one pass, with the tape that they were read off.
pub(crate) struct Reading {
    parameters: Vec<(String, Var)>,
    flow: Flow,
    input: Tensor,
    layers: Vec<Layer>,
    graph: Graph,
    /// The share in which the samples of the batch differ; NaN where they are no vectors.
    inputs: f64,
    /// How many there are.
    samples: usize,
}

impl Reading {
    pub(crate) fn new(loss: &Tensor, input: &Tensor, parameters: Vec<(String, Var)>) -> Result<Self> {
        let flow = Flow::new(Tape::read(loss), input, &parameters);
        let layers = layers(&flow, &parameters)?;
        let samples = input.dims().first().copied().unwrap_or(0);
        let inputs = if input.dtype().is_float() { spread(&values(input)?, samples) } else { f64::NAN };
        let graph = Graph::new(&flow, &layers);
        Ok(Self { parameters, flow, input: input.clone(), layers, graph, inputs, samples })
    }

    /// The layers' figures, with theory and taps beside them, then those of the taps that are no layer's output.
    pub(crate) fn signals(&self, taps: &[Tap], gradients: &GradStore) -> Result<Vec<LayerSignal>> {
        let signal = |layer| layer_signal(&self.flow, layer, &self.parameters, gradients);
        let mut signals = self.layers.iter().map(signal).collect::<candle_core::Result<Vec<_>>>()?;
        let bands = predict(&self.layers, &signals, &self.parameters)?;
        signals.iter_mut().zip(bands).for_each(|(signal, band)| signal.predicted = band);
        for tap in taps {
            match self.tapped(tap).and_then(|number| signals.get_mut(number)) {
                Some(signal) => signal.error_rms = tap_error(tap, gradients)?.or(signal.error_rms),
                None => signals.push(tap_signal(tap, gradients)?),
            }
        }
        Ok(signals)
    }

    /// The layer whose output a tap listens at.
    fn tapped(&self, tap: &Tap) -> Option<usize> {
        let index = self.flow.tape().index(tap.signal.id())?;
        self.layers.iter().position(|layer| layer.passes == index || layer.output == index)
    }

    /// What is wrong with a signal that was read off this pass, the cause before what follows from it.
    pub(crate) fn findings(&self, signal: &Signal, store: &GradStore) -> Result<Vec<Finding>> {
        let judged = self.judged(signal)?;
        let mut findings = self.forward(&judged, signal)?;
        if !stops(&findings) && !one_goes_on(&signal.gradients) {
            findings.extend(judge::backward(&judged, self.input_error(store)?));
        }
        if !has(&findings, |fault| matches!(fault, Fault::Overflow { .. })) {
            findings.extend(judge::not_finite(signal.loss, &signal.gradients));
        }
        findings.extend(blocked(&self.graph, &self.layers, &self.parameters, signal));
        findings.extend(symmetric(&self.graph, &self.layers, &self.parameters, &signal.gradients));
        if findings.is_empty() && !signal.gradients.iter().any(is_passing) {
            findings.extend(judge::zero_gradients(&signal.gradients));
        }
        findings.extend(cut(&self.flow, &self.parameters, &signal.gradients, store));
        findings.extend(self.shared());
        let exploding = has(&findings, |fault| matches!(fault, Fault::Exploding { .. }));
        findings.extend(self.losses(signal, exploding)?);
        Ok(findings)
    }

    /// What the signal shows on its way forward.
    fn forward(&self, judged: &[Judged<'_>], signal: &Signal) -> Result<Vec<Finding>> {
        let residual = judge::residual(&sums(&self.flow)?, |sum| self.last_weight(sum.branch));
        let mut findings = judge::forward(judged, self.inputs, signal.classes);
        // A stream that grows from block to block explains sizes out of bounds.
        findings.retain(|finding| residual.is_none() || !matches!(finding.fault, Fault::Exploding { .. }));
        findings.extend(residual);
        findings.extend(self.softmaxes(&findings)?);
        Ok(findings)
    }

    /// What the loss shows: its own size, and that of the answer against its target, where that does not follow from a
    /// signal that explodes.
    fn losses(&self, signal: &Signal, exploding: bool) -> Result<Vec<Finding>> {
        let terms = terms(&self.flow, signal.loss)?;
        let maker =
            |term: Option<&Term>| term.map_or_else(|| self.head(), |term| self.last_weight(term.index));
        let first = judge::first_loss(signal.loss, &terms, signal.classes, self.logits(signal), maker);
        let mut found: Vec<_> = first.into_iter().collect();
        if !exploding {
            let name = |error: &SquaredError| self.last_weight(error.answer);
            found.extend(judge::far_answer(&squared_errors(&self.flow)?, name));
        }
        Ok(found)
    }

    /// The weights that are used at more than one place, but for tables, which a head may share.
    fn shared(&self) -> Vec<Finding> {
        let is_table = |number: usize| {
            self.layers.iter().any(|layer| layer.weight == Some(number) && layer.reads.is_none())
        };
        let weights = self.parameters.iter().enumerate();
        let weights = weights.filter(|(number, (_, var))| var.rank() > 1 && !is_table(*number));
        let places = weights.map(|(number, (name, _))| (name, self.flow.places(number)));
        let several = places.filter(|(_, places)| *places > 1);
        several.map(|(name, places)| Finding::new(name.clone(), Fault::Shared { places })).collect()
    }

    /// The standard deviation of the last layer's output, if it is one number a class: a tied head is met at the
    /// embedding. And how many numbers it gives for a sample or a position, unless it gives planes of them.
    fn logits(&self, signal: &Signal) -> (Option<f64>, Option<usize>) {
        let last = self.layers.last().filter(|last| !last.is_table);
        let output = last.and_then(|last| self.flow.tape().tensor(last.output));
        let width =
            output.filter(|output| output.rank() < 4).and_then(|output| output.dims().last().copied());
        let head = signal.layers.get(self.layers.len().wrapping_sub(1));
        (head.filter(|_| width == signal.classes).map(|head| head.output.std), width)
    }

    /// Whether the first axis of a tensor counts the batch's samples, or parts of them.
    fn leads(&self, index: usize) -> bool {
        let first = self.flow.tape().tensor(index).and_then(|tensor| tensor.dims().first().copied());
        first.is_some_and(|count| count.checked_rem(self.samples) == Some(0))
    }

    /// Root mean square of the loss's gradient with respect to the input, where that is a variable.
    fn input_error(&self, store: &GradStore) -> Result<Option<f64>> {
        let error = store.get(&self.input).map(values).transpose()?;
        Ok(error.map(|error| Moments::of(&error).rms()).filter(|error| error.is_finite()))
    }

    fn judged<'a>(&self, signal: &'a Signal) -> Result<Vec<Judged<'a>>> {
        let judged = |(index, (signal, layer)): (usize, (&'a LayerSignal, &Layer))| {
            let ends = self.graph.after(index).is_empty();
            Ok(Judged {
                signal,
                enters: self.graph.before(index).is_empty(),
                ends,
                is_table: layer.is_table,
                fixed: ends && is_fixed(&self.flow, layer)?,
                spread: if self.leads(layer.output) { signal.spread } else { f64::NAN },
                input_spread: if layer.reads.is_some_and(|reads| self.leads(reads)) {
                    signal.input_spread
                } else {
                    f64::NAN
                },
                units: layer.units,
                normed: layer.normed,
                weighs: layer.weight.is_some(),
                dead_limit: chance::limit(layer.units, self.samples, signal.input_correlation),
            })
        };
        signal.layers.iter().zip(&self.layers).enumerate().map(judged).collect()
    }

    /// Softmaxes that are flat, where no size is out of bounds.
    fn softmaxes(&self, findings: &[Finding]) -> Result<Vec<Finding>> {
        let sizes =
            |finding: &Finding| matches!(finding.fault, Fault::Exploding { .. } | Fault::Overflow { .. });
        if findings.iter().any(sizes) {
            return Ok(Vec::new());
        }
        let found = softmaxes(&self.flow)?;
        Ok(judge::flat_softmaxes(&found, |softmax| {
            self.last_layer(softmax.index).map(|layer| layer.name.as_str())
        }))
    }

    /// The last layer with a weight that the tensor at an index was made from.
    fn last_layer(&self, index: usize) -> Option<&Layer> {
        let tape = self.flow.tape();
        let before = |layer: &&Layer| layer.weight.is_some() && tape.comes_from(index, layer.output);
        self.layers.iter().rev().find(before)
    }

    /// The last weight that the tensor at an index was made from; of a net without layers the parameter that decides.
    fn last_weight(&self, index: usize) -> String {
        let last = self.last_layer(index).and_then(|layer| self.weight_name(layer));
        last.or_else(|| self.largest(index)).unwrap_or_default().to_owned()
    }

    /// The parameter that makes the loss: the last layer's.
    fn head(&self) -> String {
        let last = self.layers.last().and_then(|head| self.weight_name(head));
        let whole = self.flow.tape().len().saturating_sub(1);
        last.or_else(|| self.largest(whole)).unwrap_or("the loss").to_owned()
    }

    /// The largest parameter that the tensor at an index was made from, by root mean square; one that cannot be read before all
    /// others.
    fn largest(&self, index: usize) -> Option<&str> {
        let used = self.parameters.iter().enumerate().filter(|(number, _)| self.flow.uses(index, *number));
        let size = |var: &Var| values(var).map_or(f64::NAN, |values| Moments::of(&values).rms());
        let sizes = used.map(|(_, (name, var))| (name, size(var)));
        sizes.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(name, _)| name.as_str())
    }

    /// The name of a layer's weight, or of the first of its parameters where it has none.
    fn weight_name(&self, layer: &Layer) -> Option<&str> {
        let number = layer.weight.or_else(|| layer.parameters.first().copied())?;
        self.parameters.get(number).map(|(name, _)| name.as_str())
    }
}

fn has(findings: &[Finding], is: impl Fn(&Fault) -> bool) -> bool {
    findings.iter().any(|finding| is(&finding.fault))
}

/// Whether something stops or scales the signal on its way forward, which explains what comes back.
fn stops(findings: &[Finding]) -> bool {
    has(findings, |fault| !matches!(fault, Fault::Collapsed { .. }))
}

/// Whether the neurons of one weight alone are equal and part. No error passes neurons that are one; there it does after the
/// first step.
fn one_goes_on(gradients: &[Gradient]) -> bool {
    let parts = |gradient: &&Gradient| {
        gradient.twins.iter().any(|twins| twins.parting > 0 && twins.parting + 1 == twins.of)
    };
    gradients.iter().filter(parts).count() == 1
}

/// Zeros, and equal neurons that part, are no longer so after the first step, nor what follows from them.
fn is_passing(gradient: &Gradient) -> bool {
    gradient.to_weight == Some(f64::INFINITY) || gradient.twins.iter().any(|twins| twins.parting > 0)
}
