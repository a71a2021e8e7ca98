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
use crate::signals::checks::terms::terms;
use crate::signals::layers::errors::squared_errors;
use crate::signals::layers::graph::Graph;
use crate::signals::layers::layer::{Layer, layers};
use crate::signals::layers::residual::sums;
use crate::signals::layers::softmaxes::softmaxes;
use crate::signals::record::flow::Flow;
use crate::signals::record::tap::Tap;
use crate::signals::record::tape::Tape;
use crate::signals::record::values::values;
use crate::signals::report::signal::{LayerSignal, Signal};
use crate::signals::theory::predict::predict;
use crate::statistics::spread::spread;

/// The layers of one pass, with the tape that they were read off.
pub(crate) struct Reading {
    parameters: Vec<(String, Var)>,
    flow: Flow,
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
        Ok(Self { parameters, flow, layers, graph, inputs, samples })
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

    /// What is wrong with a signal that was read off this pass.
    pub(crate) fn findings(&self, signal: &Signal, store: &GradStore) -> Result<Vec<Finding>> {
        let judged = self.judged(signal);
        let residual = judge::residual(&sums(&self.flow)?, |sum| self.last_weight(sum.branch));
        let mut findings = judge::forward(&judged, self.inputs, signal.classes);
        // A stream that grows from block to block explains sizes out of bounds.
        findings.retain(|finding| residual.is_none() || !matches!(finding.fault, Fault::Exploding { .. }));
        findings.extend(residual);
        findings.extend(self.softmaxes(&findings)?);
        // What stops or scales the signal on its way forward explains what comes back.
        if findings.iter().all(|finding| matches!(finding.fault, Fault::Collapsed { .. })) {
            findings.extend(judge::backward(&judged));
        }
        if !findings.iter().any(|finding| matches!(finding.fault, Fault::Overflow { .. })) {
            findings.extend(judge::not_finite(signal.loss, &signal.gradients));
        }
        findings.extend(blocked(&self.graph, &self.layers, &self.parameters, signal));
        findings.extend(symmetric(&self.graph, &self.layers, &self.parameters, &signal.gradients));
        let zeros = signal.gradients.iter().any(|gradient| gradient.to_weight == Some(f64::INFINITY));
        if findings.is_empty() && !zeros {
            findings.extend(judge::zero_gradients(&signal.gradients));
        }
        findings.extend(cut(&self.flow, &self.parameters, &signal.gradients, store));
        findings.extend(self.shared());
        let head = self.layers.last().map_or("the loss", |head| self.weight_name(head));
        let terms = terms(&self.flow, signal.loss)?;
        findings.extend(judge::first_loss(signal.loss, &terms, signal.classes, head, self.logits(signal)));
        if !findings.iter().any(|finding| matches!(finding.fault, Fault::Exploding { .. })) {
            findings.extend(judge::far_answer(&squared_errors(&self.flow)?, |error| {
                self.last_weight(error.answer)
            }));
        }
        Ok(findings)
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
    /// embedding.
    fn logits(&self, signal: &Signal) -> Option<f64> {
        let last = self.layers.last()?;
        let width = self.flow.tape().tensor(last.output)?.dims().last().copied();
        let head = signal.layers.get(self.layers.len() - 1)?;
        (width == signal.classes).then_some(head.output.std)
    }

    fn judged<'a>(&self, signal: &'a Signal) -> Vec<Judged<'a>> {
        let judged = |(index, (signal, layer)): (usize, (&'a LayerSignal, &Layer))| Judged {
            signal,
            enters: self.graph.before(index).is_empty(),
            ends: self.graph.after(index).is_empty(),
            units: layer.units,
            normed: layer.normed,
            weighs: layer.weight.is_some(),
            dead_limit: chance::limit(layer.units, self.samples, signal.input_correlation),
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

    /// The last weight that the tensor at an index was made from.
    fn last_weight(&self, index: usize) -> String {
        let last = self.last_layer(index);
        last.map_or_else(String::new, |layer| self.weight_name(layer).to_owned())
    }

    /// The name of a layer's weight, or the layer's own where it has none.
    fn weight_name<'a>(&'a self, layer: &'a Layer) -> &'a str {
        let weight = layer.weight.and_then(|number| self.parameters.get(number));
        weight.map_or(&layer.name, |(name, _)| name)
    }
}
