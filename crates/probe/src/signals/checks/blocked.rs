//! Weights of zeros that never move: nothing comes to them, or nothing comes back, and no other step changes that.

use candle_core::Var;

use crate::findings::fault::Fault;
use crate::findings::finding::Finding;
use crate::signals::layers::graph::Graph;
use crate::signals::layers::layer::{Layer, is_in};
use crate::signals::report::signal::{Gradient, Signal};
use crate::statistics::moments::Moments;

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
    /// Whether it passes on nothing but zeros, and on how many units.
    silent: Option<usize>,
    /// How many inputs its weight of zeros does not read, as they are zero: no error comes back by them.
    unread: usize,
    /// Whether a factor of its own, such as ReZero's, is as still as its weight.
    bound: bool,
}

/// What is wrong with weights of zeros: a finding for each that stays still, or for each pair.
///
/// A weight of zeros moves as soon as something comes to it and something comes back. Where neither is so now, it may be
/// so after a step that moves what stands before or behind: that is followed through the net until nothing changes.
pub(crate) fn blocked(
    graph: &Graph,
    layers: &[Layer],
    parameters: &[(String, Var)],
    signal: &Signal,
) -> Vec<Finding> {
    let mut nodes = nodes(graph, layers, parameters, signal);
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

fn nodes<'a>(
    graph: &Graph,
    layers: &[Layer],
    parameters: &[(String, Var)],
    signal: &'a Signal,
) -> Vec<Node<'a>> {
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
        // A vector of another size than the layer's is no bias.
        let sizes = layer.parameters.iter().filter_map(|number| parameters.get(*number));
        let factors = sizes.filter(|(_, var)| var.rank() < 2 && var.elem_count() != layer.units);
        let bound = factors.into_iter().any(|(name, _)| own.clone().any(|g| g.name == *name && is_still(&g)));
        let measured = signal.layers.get(index);
        let off = measured.is_some_and(|layer| layer.dead >= 1.0 && layer.activation.is_some());
        let last = graph.after(index).is_empty();
        Node {
            open: !off && still.is_none(),
            read: measured.is_none_or(|layer| layer.input_rms != 0.0) || graph.before(index).is_empty(),
            error: last || own.clone().any(|gradient| moves(gradient.to_weight)),
            silent: measured.filter(|layer| is_silent(&layer.passed)).map(|_| layer.units),
            unread: own.clone().map(|gradient| gradient.unread).max().unwrap_or(0),
            bound: bound && !vector,
            still,
            vector,
            before: graph.before(index).to_vec(),
            after: graph.after(index).to_vec(),
        }
    };
    layers.iter().enumerate().map(node).collect()
}

fn is_silent(passed: &Moments) -> bool {
    passed.count > 0 && passed.zeros == passed.count
}

/// Whether what `node` gives is zero, and `other`, of zeros too, has no gradient where it would read that.
fn is_unread(node: &Node<'_>, other: &Node<'_>) -> bool {
    node.still.is_some() && node.silent.is_some_and(|units| other.unread >= units)
}

/// Lets what is open pass on what comes; whether anything changed.
fn step(nodes: &mut [Node<'_>]) -> bool {
    let mut changed = false;
    for index in 0..nodes.len() {
        let node = &nodes[index];
        let passes = |other: &usize, comes: fn(&Node<'_>) -> bool| {
            nodes.get(*other).is_some_and(|o| o.open && comes(o))
        };
        let read = node.read || node.before.iter().any(|other| passes(other, |node| node.read));
        // Beside what a layer of zeros reads, what is zero itself gets no error from it: side by side, not summed.
        let back = |other: &&usize| nodes.get(**other).is_some_and(|other| !is_unread(node, other));
        let mut after = node.after.iter().filter(back);
        let error = node.error || after.any(|other| passes(other, |node| node.error));
        let open = node.open || (node.still.is_some() && !node.bound && read && error);
        changed |= (read, error, open) != (node.read, node.error, node.open);
        let node = &mut nodes[index];
        (node.read, node.error, node.open) = (read, error, open);
    }
    changed
}
