//! Parameters that no gradient reaches: cut off by an operation of candle's, or on purpose.

use std::collections::BTreeMap;

use candle_core::{Var, backprop::GradStore};

use crate::findings::fault::{Fault, Operation};
use crate::findings::finding::Finding;
use crate::signals::record::flow::Flow;
use crate::signals::report::signal::Gradient;

/// One finding for all parameters that no gradient reaches, if there are any.
///
/// candle keeps, beside the gradients of variables, those of the constants that met them. A constant as wide as a norm
/// whose own parameters get nothing is that norm's output: its fused operation has no backward pass. A square constant
/// is attention after a fused softmax or rotation. What is neither was cut off, or left out, on purpose.
pub(crate) fn cut(
    flow: &Flow,
    parameters: &[(String, Var)],
    gradients: &[Gradient],
    store: &GradStore,
) -> Option<Finding> {
    let none: Vec<&str> = gradients.iter().filter(|g| g.moments.is_none()).map(|g| g.name.as_str()).collect();
    let (first, count) = (*none.first()?, none.len());
    let constants = constants(flow, parameters, store);
    let norms = norms(parameters, &none);
    let fits = |(_, size, _): &&(String, usize, bool)| constants.iter().any(|dims| is_wide(dims, *size));
    let of = gradients.len();
    let names = none.iter().map(|name| (*name).to_owned()).collect();
    let fault = |operation| Fault::NoGradient { operation, count, of, parameters: names };
    if let Some((name, _, shifts)) = norms.iter().rfind(fits) {
        let operation = if *shifts { Operation::LayerNorm } else { Operation::RmsNorm };
        return Some(Finding::new(name, fault(Some(operation))));
    }
    let square = constants.iter().any(|dims| matches!(dims[..], [_, .., a, b] if a == b && a > 1));
    let some = count < of;
    if square && some && constants.iter().any(|dims| dims.len() > 2) {
        return Some(Finding::new(first, fault(Some(Operation::Attention))));
    }
    Some(Finding::new(first, fault(None)))
}

/// The shapes of the constants whose gradients were kept.
fn constants(flow: &Flow, parameters: &[(String, Var)], store: &GradStore) -> Vec<Vec<usize>> {
    let known = |id| flow.tape().index(id).is_some() || parameters.iter().any(|(_, var)| var.id() == id);
    let others = store.get_ids().filter(|id| !known(**id));
    others.filter_map(|id| store.get_id(*id)).map(|gradient| gradient.dims().to_vec()).collect()
}

/// The norms among parameters without a gradient, in order: path, size and whether they have a shift.
fn norms(parameters: &[(String, Var)], none: &[&str]) -> Vec<(String, usize, bool)> {
    let mut groups: BTreeMap<&str, Vec<&Var>> = BTreeMap::new();
    for (name, var) in parameters {
        if let Some((path, _)) = name.rsplit_once('.').filter(|_| none.contains(&name.as_str())) {
            groups.entry(path).or_default().push(var);
        }
    }
    let norm = |(path, vars): (&str, Vec<&Var>)| match vars[..] {
        [only] if only.rank() == 1 => Some((path.to_owned(), only.elem_count(), false)),
        [a, b] if a.rank() == 1 && a.dims() == b.dims() => Some((path.to_owned(), a.elem_count(), true)),
        _ => None,
    };
    groups.into_iter().filter_map(norm).collect()
}

fn is_wide(dims: &[usize], size: usize) -> bool {
    dims.len() > 1 && dims.last() == Some(&size)
}
