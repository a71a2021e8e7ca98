//! Experts, each whole on one rank.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

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

/// The experts of a layer: the first so many, which lie in one tensor, and others one by one. A file may say that there are
/// more of them in one tensor than can be counted.
#[derive(Debug, Default)]
struct Numbers {
    stacked: usize,
    single: BTreeSet<usize>,
}

impl Numbers {
    /// How many there are, if they are numbered from 0 without a gap.
    fn count(&self) -> Option<usize> {
        let mut numbers = self.single.range(self.stacked..);
        numbers.try_fold(self.stacked, |next, &number| (number == next).then(|| next.saturating_add(1)))
    }
}

/// `0 to 7`, or the first few.
impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            Some(0) => f.write_str("of a dimension of 0"),
            Some(count) => write!(f, "0 to {}", count - 1),
            None => {
                let single = || self.single.iter().copied().filter(|number| *number >= self.stacked);
                let first: Vec<_> =
                    (0..self.stacked).take(4).chain(single()).take(4).map(|n| n.to_string()).collect();
                write!(f, "{} …", first.join(", "))
            }
        }
    }
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
        let mut layers: BTreeMap<&str, Numbers> = BTreeMap::new();
        for entry in manifest.tensors() {
            let Some((layer, place)) = place(&entry.name) else { continue };
            let numbers = layers.entry(layer).or_default();
            match place {
                Place::One(number) => drop(numbers.single.insert(number)),
                Place::Stacked => {
                    numbers.stacked = numbers.stacked.max(entry.shape.first().copied().unwrap_or(0));
                }
            }
        }
        let Some((first, numbers)) = layers.first_key_value() else {
            let tensor = manifest.tensors().next().map_or_else(String::new, |entry| entry.name.clone());
            return Err(of(tensor, "is of a model without experts: leave out `--ep`".into()));
        };
        match (
            layers.iter().find(|(_, found)| found.count().is_none() || found.count() != numbers.count()),
            numbers.count(),
        ) {
            (None, Some(count)) => Ok(Self { count }),
            (other, _) => {
                let (other, found) = other.unwrap_or((first, numbers));
                let what = format!(
                    "has the experts {found}, and `{first}` has {numbers}: as many in each layer, numbered from 0, are \
                     required, so leave out `--ep`"
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
            Place::Stacked if entry.shape.first() != Some(&self.count) => {
                let what = format!(
                    "has not one row for each of its layer's {} experts: leave out `--ep`",
                    self.count
                );
                return Err(of(entry.name.clone(), what));
            }
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

    /// As many as no loop ends over, in a file of a few bytes.
    #[test]
    fn experts_beyond_counting_are_counted() {
        let numbers =
            |stacked, single: &[usize]| Numbers { stacked, single: single.iter().copied().collect() };
        assert_eq!(numbers(usize::MAX, &[]).count(), Some(usize::MAX));
        assert_eq!(numbers(2, &[0, 1, 2, 3]).count(), Some(4));
        assert_eq!(numbers(0, &[0, 2]).count(), None);
        assert_eq!(numbers(usize::MAX, &[usize::MAX]).to_string(), "0 to 18446744073709551614");
        assert_eq!(numbers(1, &[0, 5, 6, 7, 8]).to_string(), "0, 5, 6, 7 …");
    }

    /// One by its number beside a tensor of the first two: no rank has the third row of that tensor.
    #[test]
    fn a_tensor_without_a_row_for_each_is_refused() {
        let shapes = r#"{"l.experts.2.w.weight": [4], "l.experts.down_proj": [2, 4]}"#;
        let tensors = crate::shapes(shapes, crate::Dtype::F32).unwrap();
        let init = candle_init::Initializer::new(1).rule("*", candle_init::init::ONES);
        let manifest = crate::Plan::new(tensors).manifest(&init).unwrap();
        let experts = Experts::new(&manifest).unwrap();
        let stacked = manifest.tensor("l.experts.down_proj").unwrap();
        let refused = experts.held(stacked, Part::new(2, 3).unwrap()).unwrap_err();
        assert!(refused.to_string().contains("3 experts: leave out `--ep`"), "{refused}");
    }
}
