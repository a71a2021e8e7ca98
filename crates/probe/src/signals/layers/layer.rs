//! Layers as a tape shows them: what each reads, gives and passes on.

use std::collections::BTreeMap;

use candle_core::{Result, Var};
use candle_init::Activation;

use crate::signals::layers::fixes::{is_even, is_normed};
use crate::signals::layers::recognise::activation;
use crate::signals::layers::view::settled;
use crate::signals::record::flow::Flow;
use crate::signals::record::values::{precision, sample, values};

/// Values that two tensors are compared by.
const COMPARED: usize = 512;
/// The cosine of two vectors of one direction, but for rounding.
const ALONG: f64 = 0.9999;
/// Tensors after a layer's output among which its activation is looked for.
const NEAR: usize = 16;

/// A layer: the parameters of one path, where the signal meets them.
#[derive(Debug)]
pub(crate) struct Layer {
    /// The common part of its parameters' names.
    pub(crate) name: String,
    /// Its parameters, by number.
    pub(crate) parameters: Vec<usize>,
    /// Its weight: the first parameter of rank 2 or more, by number.
    pub(crate) weight: Option<usize>,
    /// The index of what it reads, where that is one tensor.
    pub(crate) reads: Option<usize>,
    /// Whether it reads nothing: a table, in which tokens are looked up.
    pub(crate) is_table: bool,
    /// The index of its output, before the activation.
    pub(crate) output: usize,
    /// The index of what it passes on, after the activation; that of its output where there is none.
    pub(crate) passes: usize,
    /// The activation.
    pub(crate) activation: Option<Activation>,
    /// How many units it has, by its vector or its weight.
    pub(crate) units: usize,
    /// Whether what it gives, or what it reads where it has a weight, is of one size by a norm.
    pub(crate) normed: bool,
}

/// The layers of a flow, in the order in which the signal meets them.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn layers(flow: &Flow, parameters: &[(String, Var)]) -> Result<Vec<Layer>> {
    let groups = groups(flow, parameters);
    let found =
        groups.into_iter().filter_map(|(name, group)| layer(flow, name, group, parameters).transpose());
    let mut layers = found.collect::<Result<Vec<_>>>()?;
    layers.sort_by_key(|layer| layer.output);
    Ok(layers)
}

/// The parameters on the tape, by the path that they share.
fn groups(flow: &Flow, parameters: &[(String, Var)]) -> BTreeMap<String, Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, (name, _)) in parameters.iter().enumerate().filter(|(number, _)| flow.reaches(*number)) {
        let path = name.rsplit_once('.').map_or(name.as_str(), |(path, _)| path);
        groups.entry(path.to_owned()).or_default().push(number);
    }
    groups
}

fn layer(
    flow: &Flow,
    name: String,
    group: Vec<usize>,
    parameters: &[(String, Var)],
) -> Result<Option<Layer>> {
    let rank = |number: &usize| parameters.get(*number).map_or(0, |(_, var)| var.rank());
    let weight = group.iter().copied().find(|number| rank(number) > 1);
    let meets = |index: usize, number: usize| flow.uses(index, number);
    let Some(output) = flow.carriers().find(|&index| group.iter().all(|&number| meets(index, number))) else {
        return Ok(None);
    };
    let of_group = || group.iter().filter_map(|number| parameters.get(*number));
    let units = units(of_group().map(|(_, var)| var));
    // A norm of candle's computes with its channels first and turns them back.
    let output = if weight.is_none() { settled(flow, output, units)? } else { output };
    let own = |index: usize| group.iter().any(|&number| meets(index, number));
    let sources = flow.sources(output, |index| !own(index));
    let reads = if let [reads] = sources[..] { Some(reads) } else { None };
    let is_table = sources.is_empty() && weight.is_some();
    let (passes, activation) = passes(flow, output)?;
    let normed = match weight {
        Some(_) => reads.map(|reads| reads_evenly(flow, reads)).transpose()?.unwrap_or(false),
        None => gives_evenly(flow, output, units, of_group().map(|(_, var)| var))?,
    };
    Ok(Some(Layer {
        name,
        parameters: group,
        weight,
        reads,
        is_table,
        output,
        passes,
        activation,
        units,
        normed,
    }))
}

/// How many units parameters have: by a vector, or by the first axis of a weight. A token or a table of positions,
/// `(1, …, d)`, is as wide as what it is added to.
fn units<'a>(parameters: impl Iterator<Item = &'a Var> + Clone) -> usize {
    let vector = parameters.clone().find(|var| var.rank() == 1);
    match vector.or_else(|| parameters.into_iter().next()).map(|var| var.dims()) {
        Some([1, .., last]) => *last,
        Some([first, ..]) => *first,
        _ => 1,
    }
}

/// Whether the size of what an ending layer gives is fixed soon after, by nothing that is learned.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn is_fixed(flow: &Flow, layer: &Layer) -> Result<bool> {
    let tape = flow.tape();
    let dims = |index: usize| tape.tensor(index).map(|tensor| tensor.dims());
    let after = (layer.output + 1..tape.len()).filter(|&index| tape.comes_from(index, layer.output));
    for index in after.take(NEAR).take_while(|_| layer.activation.is_none()) {
        if flow.same_parameters(index, layer.output)
            && dims(index) == dims(layer.output)
            && reads_evenly(flow, index)?
            && are_along(flow, index, layer.output)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether two tensors of one shape have the same directions, sample by sample.
fn are_along(flow: &Flow, a: usize, b: usize) -> Result<bool> {
    let read = |index: usize| flow.tape().tensor(index).map_or_else(|| Ok(Vec::new()), values);
    let width = flow.tape().tensor(a).and_then(|tensor| tensor.dims().last().copied()).unwrap_or(1).max(1);
    let along = |(a, b): (&[f32], &[f32])| {
        let product =
            |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        product(a, b) > ALONG * (product(a, a) * product(b, b)).sqrt()
    };
    let (a, b) = (read(a)?, read(b)?);
    Ok(!a.is_empty() && a.chunks(width).zip(b.chunks(width)).all(along))
}

fn reads_evenly(flow: &Flow, reads: usize) -> Result<bool> {
    let Some(tensor) = flow.tape().tensor(reads) else { return Ok(false) };
    let (width, run) = axes(tensor.dims(), None);
    Ok(is_even(&values(tensor)?, width, run))
}

fn gives_evenly<'a>(
    flow: &Flow,
    output: usize,
    units: usize,
    parameters: impl Iterator<Item = &'a Var>,
) -> Result<bool> {
    let Some(tensor) = flow.tape().tensor(output) else { return Ok(false) };
    let (width, run) = axes(tensor.dims(), Some(units));
    let vectors = parameters.filter(|var| var.elem_count() == units).map(|var| values(var));
    let vectors = vectors.collect::<Result<Vec<_>>>()?;
    Ok(width == units && is_normed(&values(tensor)?, width, run, &vectors))
}

/// How many units a tensor has, and how many values of one follow one another: units along the last axis, or along the
/// second where that is what `units` says, or where it has four axes: channels of an image.
pub(crate) fn axes(dims: &[usize], units: Option<usize>) -> (usize, usize) {
    let last = dims.last().copied().unwrap_or(0);
    match dims {
        [_, channels, rest @ ..]
            if !rest.is_empty() && (rest.len() > 1 || units == Some(*channels) && units != Some(last)) =>
        {
            (*channels, rest.iter().product())
        }
        _ => (last, 1),
    }
}

/// The tensor after the activation that follows `output`, and the activation: the last of the near ones that a
/// known function makes of it. The last, since `silu` may be made of a `sigmoid`.
fn passes(flow: &Flow, output: usize) -> Result<(usize, Option<Activation>)> {
    let tape = flow.tape();
    let Some(before) = tape.tensor(output) else { return Ok((output, None)) };
    let precision = precision(before);
    let before_values = sample(&values(before)?, COMPARED);
    let mut found = (output, None);
    for index in (output + 1..tape.len()).filter(|&p| tape.comes_from(p, output)).take(NEAR) {
        let Some(after) = tape.tensor(index) else { continue };
        if flow.same_parameters(index, output)
            && after.dims() == before.dims()
            && let Some(f) = activation(&before_values, &sample(&values(after)?, COMPARED), precision)
        {
            found = (index, Some(f));
        }
    }
    Ok(found)
}

/// Whether a parameter belongs to the layer of a name.
pub(crate) fn is_in(parameter: &str, layer: &str) -> bool {
    parameter == layer || parameter.rsplit_once('.').is_some_and(|(path, _)| path == layer)
}
