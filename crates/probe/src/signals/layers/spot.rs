//! Where on a tape a whole layer stands, groups and all.

use candle_core::Var;

use crate::signals::layers::layer::Layer;
use crate::signals::record::flow::Flow;

/// Where a layer stands on a tape.
#[derive(Debug)]
pub(crate) struct Spot {
    /// The common part of its parameters' names.
    pub(crate) name: String,
    /// Its parameters, by number.
    pub(crate) parameters: Vec<usize>,
    /// The index of its output, before the activation.
    pub(crate) output: usize,
    /// The index of what it reads, where that is one tensor.
    pub(crate) reads: Option<usize>,
}

/// Where a layer stands. candle runs a grouped convolution as one convolution a group: it reads one tensor in parts,
/// and what meets the weight first is the output of the first group.
pub(crate) fn spot(flow: &Flow, layer: Layer, parameters: &[(String, Var)]) -> Spot {
    let output = joined(flow, &layer, parameters).unwrap_or(layer.output);
    let own = |index: usize| layer.parameters.iter().any(|&number| flow.uses(index, number));
    let reads = match &flow.sources(output, |index| !own(index))[..] {
        &[reads] => Some(reads),
        parts => parted(flow, parts),
    };
    Spot { name: layer.name, parameters: layer.parameters, output, reads }
}

/// The tensor that joins the outputs of a convolution's groups, where the layer's output is one of them.
fn joined(flow: &Flow, layer: &Layer, parameters: &[(String, Var)]) -> Option<usize> {
    let channels = |index: usize| flow.tape().tensor(index)?.dims().get(1).copied();
    let (part, read) = (channels(layer.output)?, channels(layer.reads?)?);
    let &[first, second, _, ..] = parameters.get(layer.weight?)?.1.dims() else { return None };
    // A weight is (out, in/groups, kernel…), or (in, out/groups, kernel…) where the convolution is transposed.
    let groups = match (read == second, part == second) {
        (true, _) if part > 0 && part < first => first / part,
        (_, true) if read > 0 && read < first => first / read,
        _ => return None,
    };
    let joins = |index: &usize| {
        channels(*index) == Some(part * groups)
            && flow.same_parameters(*index, layer.output)
            && flow.tape().comes_from(*index, layer.output)
    };
    flow.carriers().filter(|&index| index > layer.output).find(joins)
}

/// The one tensor that all of `parts` are parts of.
fn parted(flow: &Flow, parts: &[usize]) -> Option<usize> {
    let of = |part: usize| match flow.sources(part, |_| true)[..] {
        [whole] => Some(whole),
        _ => None,
    };
    let (&first, rest) = parts.split_first()?;
    let whole = of(first)?;
    rest.iter().all(|&part| of(part) == Some(whole)).then_some(whole)
}
