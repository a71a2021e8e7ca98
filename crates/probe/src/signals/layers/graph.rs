//! Which layers stand next to which.

use crate::signals::layers::layer::Layer;
use crate::signals::record::flow::Flow;

/// The nearest layers before and after each layer, by number. What goes round a layer, as a residual stream does, is not
/// seen.
pub(crate) struct Graph {
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Graph {
    pub(crate) fn new(flow: &Flow, layers: &[Layer]) -> Self {
        let before: Vec<_> = layers.iter().map(|layer| nearest(flow, layers, layer)).collect();
        let reads = |index: usize| move |(_, before): &(usize, &Vec<usize>)| before.contains(&index);
        let after = |index| before.iter().enumerate().filter(reads(index)).map(|(later, _)| later).collect();
        let after = (0..layers.len()).map(after).collect();
        Self { before, after }
    }

    /// Those that what a layer gives was made of.
    pub(crate) fn before(&self, layer: usize) -> &[usize] {
        self.before.get(layer).map_or(&[], Vec::as_slice)
    }

    /// Those that were made of what a layer gives.
    pub(crate) fn after(&self, layer: usize) -> &[usize] {
        self.after.get(layer).map_or(&[], Vec::as_slice)
    }
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
