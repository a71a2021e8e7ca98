//! Layers as a tape shows them: what each reads, gives and passes on.

use std::collections::BTreeMap;

use candle_core::{Result, Var};
use candle_init::Activation;

use crate::signals::layers::recognise::activation;
use crate::signals::record::flow::Flow;
use crate::signals::record::values::{precision, sample, values};

/// Values that two tensors are compared by.
const COMPARED: usize = 512;
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
    /// The index of its output, before the activation.
    pub(crate) output: usize,
    /// The index of what it passes on, after the activation; that of its output where there is none.
    pub(crate) passes: usize,
    /// The activation.
    pub(crate) activation: Option<Activation>,
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
    let own = |index: usize| group.iter().any(|&number| meets(index, number));
    let reads = match flow.sources(output, |index| !own(index))[..] {
        [reads] => Some(reads),
        _ => None,
    };
    let (passes, activation) = passes(flow, output)?;
    Ok(Some(Layer { name, parameters: group, weight, reads, output, passes, activation }))
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
