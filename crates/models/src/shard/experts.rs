//! Experts, each whole on one rank.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::manifest::{Entry, Manifest};
use crate::part::Part;
use crate::shard::held::Held;
use crate::shard::share::{divisors, equal};

/// How many experts each layer has that has some.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Experts {
    count: usize,
}

/// What a tensor is of the experts of its layer.
#[derive(Debug, PartialEq)]
enum Place {
    /// Of the one with this number.
    One(usize),
    /// All of them, along the first dimension.
    Stacked,
}

impl Experts {
    pub(crate) fn new(manifest: &Manifest) -> Result<Self> {
        let mut layers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for entry in manifest.tensors() {
            let Some((layer, place)) = place(&entry.name) else { continue };
            let numbers = layers.entry(layer).or_default();
            match place {
                Place::One(number) => drop(numbers.insert(number)),
                Place::Stacked => numbers.extend(0..entry.shape.first().copied().unwrap_or(0)),
            }
        }
        let Some((first, numbers)) = layers.first_key_value() else {
            let tensor = manifest.tensors().next().map_or_else(String::new, |entry| entry.name.clone());
            return Err(of(tensor, "is of a model without experts: leave out `--ep`".into()));
        };
        let count = numbers.len();
        match layers.iter().find(|(_, numbers)| !numbers.iter().copied().eq(0..count)) {
            None => Ok(Self { count }),
            Some((other, found)) => {
                let what = format!(
                    "has the experts {}, and `{first}` has {}: as many in each layer, numbered from 0, are required, so \
                     leave out `--ep`",
                    listed(found),
                    listed(numbers)
                );
                Err(of((*other).into(), what))
            }
        }
    }

    /// What a rank holds of a tensor of experts: no box, where another rank has it. Nothing of any other tensor.
    pub(crate) fn held(self, entry: &Entry, part: Part) -> Result<Option<Vec<Held>>> {
        let Some((_, place)) = place(&entry.name) else { return Ok(None) };
        let own = equal(self.count, part).ok_or_else(|| {
            let (count, ranks) = (self.count, part.world());
            let what = format!(
                "is of one of {count} experts, which {ranks} ranks cannot share: choose {} ranks",
                divisors(count)
            );
            of(entry.name.clone(), what)
        })?;
        let mut held = Held::whole(entry);
        Ok(Some(match place {
            Place::One(number) if !own.contains(&number) => Vec::new(),
            Place::One(_) => vec![held],
            Place::Stacked => {
                held.take(0, own);
                vec![held]
            }
        }))
    }
}

/// The layer that a tensor of experts is in, and what it is of them: `….experts.7.w1.weight`, or `….experts.down_proj`, which
/// has all.
fn place(name: &str) -> Option<(&str, Place)> {
    let (layer, rest) = name.split_once(".experts.")?;
    let next = rest.split('.').next().unwrap_or_default();
    let number = next.strip_prefix("expert_").unwrap_or(next).parse();
    Some((layer, number.map_or(Place::Stacked, Place::One)))
}

fn of(tensor: String, what: String) -> Error {
    Error::Tensor { tensor, what }
}

/// `0 to 7`, or the first few.
fn listed(numbers: &BTreeSet<usize>) -> String {
    match numbers.last() {
        Some(last) if numbers.iter().copied().eq(0..numbers.len()) => format!("0 to {last}"),
        _ => numbers.iter().take(4).map(ToString::to_string).collect::<Vec<_>>().join(", ") + " …",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn experts_are_known_by_their_names() {
        assert_eq!(place("model.layers.0.mlp.experts.7.w1.weight").unwrap().1, Place::One(7));
        assert_eq!(place("encoder.block.1.experts.expert_3.wi.weight").unwrap().1, Place::One(3));
        let stacked = "model.layers.0.mlp.experts.gate_up_proj_bias";
        assert_eq!(place(stacked), Some(("model.layers.0.mlp", Place::Stacked)));
        assert_eq!(place("model.layers.0.mlp.shared_experts.up_proj.weight"), None);
        assert_eq!(place("model.layers.0.mlp.gate.weight"), None);
    }
}
