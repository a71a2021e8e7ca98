//! Weights of zeros that never move: nothing comes to them, or nothing comes back, and no other step changes that.

use crate::findings::fault::Fault;
use crate::findings::finding::Finding;
use crate::signals::layers::layer::Layer;
use crate::signals::record::flow::Flow;
use crate::signals::report::signal::{Gradient, Signal};

/// A layer, as far as zeros are concerned.
struct Node<'a> {
    /// Its weight of zeros that has no gradient, if it has one.
    still: Option<&'a str>,
    /// Whether that is a vector, its layer having no other.
    vector: bool,
    /// The nearest layers before and after it.
    before: Vec<usize>,
    after: Vec<usize>,
    /// Whether it will pass something on: its weight is not zero, or moves.
    open: bool,
    /// Whether something comes to it, and back to it, at some step.
    read: bool,
    error: bool,
}

/// What is wrong with weights of zeros: a finding for each that stays still, or for each pair.
///
/// A weight of zeros moves as soon as something comes to it and something comes back. Where neither is so now, it may be
/// so after a step that moves what stands before or behind: that is followed through the net until nothing changes.
pub(crate) fn blocked(flow: &Flow, layers: &[Layer], signal: &Signal) -> Vec<Finding> {
    let mut nodes = nodes(flow, layers, signal);
    while step(&mut nodes) {}
    let still = |node: &Node<'_>| node.still.is_some() && !node.open;
    let stuck: Vec<bool> = nodes.iter().map(still).collect();
    let mut told: Vec<&str> = Vec::new();
    let mut finding = |(index, node): (usize, &Node<'_>)| {
        let place = node.still.filter(|_| stuck.get(index) == Some(&true))?;
        if told.contains(&place) {
            return None;
        }
        let neighbours = node.after.iter().chain(&node.before);
        let mut others = neighbours.filter(|other| stuck.get(**other) == Some(&true));
        let other = others.find_map(|other| nodes.get(*other)?.still);
        let other = other.filter(|_| !node.vector);
        told.extend(other);
        let alone = Fault::Uninitialised { vector: node.vector };
        let fault = other.map_or(alone, |other| Fault::ZeroProduct { other: other.into() });
        Some(Finding::new(place, fault))
    };
    nodes.iter().enumerate().filter_map(&mut finding).collect()
}

fn nodes<'a>(flow: &Flow, layers: &[Layer], signal: &'a Signal) -> Vec<Node<'a>> {
    let before: Vec<Vec<usize>> = layers.iter().map(|layer| nearest(flow, layers, layer)).collect();
    let after = |index: usize| (0..layers.len()).filter(|l| before[*l].contains(&index)).collect::<Vec<_>>();
    let node = |(index, layer): (usize, &Layer)| {
        let own = signal.gradients.iter().filter(|gradient| is_in(&gradient.name, &layer.name));
        let moves = |ratio: Option<f64>| ratio.is_some_and(|ratio| ratio > 0.0);
        // Of a parameter of zeros the ratio of gradient to weight is 0/0, or infinite where it has a gradient.
        let is_still = |gradient: &&Gradient| gradient.to_weight.is_some_and(f64::is_nan);
        let vector = layer.weight.is_none();
        // Of vectors alone none may be left: a shift passes something on where the scale is zero.
        let still = match vector {
            true => own.clone().next_back().filter(|_| own.clone().all(|gradient| is_still(&gradient))),
            false => own.clone().filter(|gradient| gradient.of_weight).find(is_still),
        };
        let still = still.map(|gradient| gradient.name.as_str());
        let measured = signal.layers.get(index);
        let off = measured.is_some_and(|layer| layer.dead >= 1.0 && layer.activation.is_some());
        let last = after(index).is_empty();
        Node {
            open: !off && still.is_none(),
            read: measured.is_none_or(|layer| layer.input_rms != 0.0) || before[index].is_empty(),
            error: last || own.clone().any(|gradient| moves(gradient.to_weight)),
            still,
            vector,
            before: before[index].clone(),
            after: after(index),
        }
    };
    layers.iter().enumerate().map(node).collect()
}

/// The nearest layers that what a layer gives was made of.
fn nearest(flow: &Flow, layers: &[Layer], layer: &Layer) -> Vec<usize> {
    let tape = flow.tape();
    let earlier = layers.iter().enumerate().rev();
    let made = earlier.filter(|(_, e)| e.output != layer.output && tape.comes_from(layer.output, e.output));
    let mut found: Vec<usize> = Vec::new();
    for (index, candidate) in made {
        if !found.iter().any(|later| tape.comes_from(layers[*later].output, candidate.output)) {
            found.push(index);
        }
    }
    found
}

/// Lets what is open pass on what comes; whether anything changed.
fn step(nodes: &mut [Node<'_>]) -> bool {
    let mut changed = false;
    for index in 0..nodes.len() {
        let node = &nodes[index];
        let passes = |other: &usize, comes: fn(&Node<'_>) -> bool| nodes.get(*other).is_some_and(|o| o.open && comes(o));
        let read = node.read || node.before.iter().any(|other| passes(other, |node| node.read));
        let error = node.error || node.after.iter().any(|other| passes(other, |node| node.error));
        let open = node.open || (node.still.is_some() && read && error);
        changed |= (read, error, open) != (node.read, node.error, node.open);
        let node = &mut nodes[index];
        (node.read, node.error, node.open) = (read, error, open);
    }
    changed
}

/// Whether a parameter belongs to a layer.
fn is_in(parameter: &str, layer: &str) -> bool {
    parameter == layer || parameter.rsplit_once('.').is_some_and(|(path, _)| path == layer)
}
