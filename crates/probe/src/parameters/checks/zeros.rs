//! Matrices that are zero or constant, and pairs of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::findings::fault::Fault;
use crate::parameters::checks::buffer::{is_kept, is_statistic};
use crate::parameters::checks::measure::Measured;
use crate::parameters::checks::path::key;

/// Words in the last part of a path that say it is no weight of a layer, so that zeros or ones may be right: what
/// is added, scales, positions, tokens, tables of biases.
const NO_WEIGHT: [&str; 12] = [
    "bias",
    "norm",
    "gamma",
    "beta",
    "scale",
    "token",
    "pos",
    "table",
    "mask",
    "running",
    "query_embed",
    "alpha",
];

/// Words in a path that say that one of two factors starts at zero on purpose.
const LOW_RANK: [&str; 3] = ["lora", "adapter", "zero"];

/// Whether a path may be that of a weight which multiplies its input.
fn is_weight(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut parts = lower.rsplit('.');
    let (last, parent) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let of_norm = parent.contains("norm") || parent.starts_with("ln");
    !of_norm && NO_WEIGHT.iter().all(|word| !last.contains(word))
}

/// The faults of zero and constant matrices, by index.
///
/// A matrix has two dimensions or more besides those of 1: a head of one output may start at zero, and a
/// norm's scale at one.
pub(crate) fn faults(parameters: &[Measured<'_>]) -> Vec<(usize, Fault)> {
    let pairs = products(parameters);
    let paired: HashSet<_> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    let mut found = Vec::new();
    for (index, measured) in parameters.iter().enumerate() {
        let (moments, name) = (&measured.parameter.moments, &measured.parameter.name);
        if !measured.is_weight
            || !is_weight(name)
            || is_kept(name)
            || !moments.is_finite()
            || moments.min != moments.max
        {
            continue;
        }
        if moments.min != 0.0 {
            found.push((index, Fault::Constant { value: moments.min }));
        } else if !paired.contains(&index) && !is_low_rank(name) {
            found.push((index, zero(measured)));
        }
    }
    let product = |&(a, b): &(usize, usize)| {
        let other = parameters.get(b)?.parameter.name.clone();
        Some((a, Fault::ZeroProduct { other }))
    };
    found.extend(pairs.iter().filter_map(product));
    found.extend(scales(parameters));
    found
}

/// Scales of norms that are all zero, as a model gets them that asks without a hint: a layer that has vectors alone gives
/// nothing where all of them are zero. Where some are not, zeros are meant: the last norm of a branch.
fn scales(parameters: &[Measured<'_>]) -> Vec<(usize, Fault)> {
    let mut layers: BTreeMap<&str, Vec<(usize, &Measured<'_>)>> = BTreeMap::new();
    for (index, measured) in parameters.iter().enumerate() {
        let name = &measured.parameter.name;
        let path = name.rsplit_once('.').map_or("", |(path, _)| path);
        let counts = !is_statistic(name) && !is_kept(name);
        layers.entry(path).or_default().extend(counts.then_some((index, measured)));
    }
    let is_zero = |m: &Measured<'_>| m.parameter.moments.min == 0.0 && m.parameter.moments.max == 0.0;
    let of_vectors = |layer: &&Vec<(usize, &Measured<'_>)>| {
        !layer.is_empty() && layer.iter().all(|(_, m)| m.parameter.shape.len() == 1 && m.tensor.is_float())
    };
    let layers: Vec<_> = layers.into_values().collect();
    let norms: Vec<_> = layers.iter().filter(of_vectors).collect();
    let all = norms.iter().all(|layer| layer.iter().all(|(_, measured)| is_zero(measured)));
    let last = |layer: &&Vec<(usize, &Measured<'_>)>| layer.last().map(|(index, _)| *index);
    let found = norms.iter().filter(|_| all && norms.len() > 1).filter_map(last);
    found.map(|index| (index, Fault::Uninitialised { vector: true })).collect()
}

fn zero(measured: &Measured<'_>) -> Fault {
    match &measured.zero_rule {
        Some(rule) => Fault::ZeroByRule { rule: rule.clone() },
        None => Fault::Uninitialised { vector: false },
    }
}

fn is_low_rank(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    LOW_RANK.iter().any(|word| lower.contains(word))
}

/// Zero matrices `(r, in)` and `(out, r)` that follow each other under one path. Where three or more do, it is no
/// product but a net that nothing was drawn for.
fn products(parameters: &[Measured<'_>]) -> Vec<(usize, usize)> {
    let mut matrices: Vec<_> = parameters.iter().enumerate().filter_map(matrix).collect();
    matrices.sort_by(|a, b| (&a.group, &a.order).cmp(&(&b.group, &b.order)));
    let chained = |pair: &[Matrix]| {
        let [a, b] = pair else { return None };
        (a.group == b.group && a.zero && b.zero && a.rows == b.columns).then_some((a.index, b.index))
    };
    let pairs: Vec<_> = matrices.windows(2).filter_map(chained).collect();
    let mut times: HashMap<usize, usize> = HashMap::new();
    pairs.iter().flat_map(|&(a, b)| [a, b]).for_each(|index| *times.entry(index).or_default() += 1);
    pairs.iter().copied().filter(|(a, b)| times.get(a) == Some(&1) && times.get(b) == Some(&1)).collect()
}

/// A matrix with what a chain asks of it.
struct Matrix {
    /// The path without its last two parts, or the last where it has two.
    group: String,
    /// The rest of the path, its numbers as numbers.
    order: (String, Vec<u64>, String),
    index: usize,
    rows: usize,
    columns: usize,
    zero: bool,
}

fn matrix((index, measured): (usize, &Measured<'_>)) -> Option<Matrix> {
    let parameter = &measured.parameter;
    let &[rows, columns] = parameter.shape.as_slice() else { return None };
    if !measured.is_weight || !is_weight(&parameter.name) {
        return None;
    }
    let parts: Vec<_> = parameter.name.split('.').collect();
    let (group, rest) = parts.split_at(parts.len().saturating_sub(2));
    let (path, numbers) = key(&rest.join("."));
    let moments = &parameter.moments;
    let zero = moments.min == 0.0 && moments.max == 0.0 && moments.is_finite();
    let order = (path, numbers, parameter.name.clone());
    Some(Matrix { group: group.join("."), order, index, rows, columns, zero })
}
