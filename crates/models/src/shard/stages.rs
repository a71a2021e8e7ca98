//! Stages of a pipeline: which of them has a tensor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::error::{Error, Result};
use crate::manifest::Manifest;
use crate::part::Part;
use crate::shard::share::divisors;

/// A stage of a pipeline, and the layers of all of them.
#[derive(Clone, Debug)]
pub(crate) struct Stages {
    /// How many layers each stage has.
    layers: Vec<usize>,
    stage: usize,
}

impl Stages {
    pub(crate) fn new(manifest: &Manifest, stage: Part, layers: Option<&[usize]>) -> Result<Self> {
        let count = count(manifest)?;
        let layers = match layers {
            None => equal(count, stage.world())?,
            Some(layers) if layers.len() == stage.world() && sum(layers) == Some(count) => layers.to_vec(),
            Some(layers) => {
                let what = format!("{} stages with {layers:?} layers", layers.len());
                return Err(Error::Part { what, required: as_many(count, stage.world()) });
            }
        };
        Ok(Self { layers, stage: stage.rank() })
    }

    pub(crate) fn stage(&self) -> usize {
        self.stage
    }

    /// Whether the stage has a tensor: its layers, the first what is embedded, and the last the rest.
    pub(crate) fn has(&self, name: &str) -> bool {
        let last = self.layers.len().saturating_sub(1);
        let of = match layer(name) {
            Some((_, layer)) => self.of_layer(layer).unwrap_or(last),
            None if is_embedding(name) => 0,
            None => last,
        };
        of == self.stage
    }

    fn of_layer(&self, layer: usize) -> Option<usize> {
        let mut end = 0;
        self.layers.iter().position(|layers| {
            end += layers;
            layer < end
        })
    }
}

impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stages of {:?} layers", self.layers)
    }
}

/// The stack that a tensor is in, and its layer there: what stands before the first number of its name, and that.
fn layer(name: &str) -> Option<(&str, usize)> {
    let mut start = 0;
    for part in name.split('.') {
        match part.parse() {
            Ok(number) if start > 0 => return Some((name.get(..start - 1)?, number)),
            _ => start += part.len() + 1,
        }
    }
    None
}

/// Whether a tensor is what comes before the layers.
fn is_embedding(name: &str) -> bool {
    let embeds =
        |part: &str| matches!(part, "wte" | "wpe") || (part.contains("embed") && part != "embed_out");
    name.split('.').any(embeds)
}

/// How many layers the one stack of a model has.
fn count(manifest: &Manifest) -> Result<usize> {
    let mut stacks: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (stack, number) in manifest.tensors().filter_map(|entry| layer(&entry.name)) {
        stacks.entry(stack).or_default().insert(number);
    }
    let first = manifest.tensors().next().map_or_else(String::new, |entry| entry.name.clone());
    let mut all = stacks.iter();
    match (all.next(), all.next()) {
        (Some((_, numbers)), None) if numbers.iter().copied().eq(0..numbers.len()) => Ok(numbers.len()),
        (Some((stack, _)), None) => {
            let what = "has layers that are not numbered one after another from 0, so that stages cannot be counted: leave out `--pp`";
            Err(Error::Tensor { tensor: (*stack).into(), what: what.into() })
        }
        (Some((stack, _)), Some((other, _))) => {
            let what = format!(
                "is one of several stacks, as `{other}` is, and a pipeline has one: leave out `--pp`"
            );
            Err(Error::Tensor { tensor: (*stack).into(), what })
        }
        (None, _) => {
            let what = "is of a model without numbered layers, which a pipeline has: leave out `--pp`".into();
            Err(Error::Tensor { tensor: first, what })
        }
    }
}

fn equal(count: usize, stages: usize) -> Result<Vec<usize>> {
    if stages > 0 && count.is_multiple_of(stages) {
        return Ok(vec![count / stages; stages]);
    }
    let what = format!("{count} layers on {stages} stages");
    Err(Error::Part {
        what,
        required: format!("choose {} stages, or {}", divisors(count), as_many(count, stages)),
    })
}

/// What to say: layers as equal as they can be.
fn as_many(count: usize, stages: usize) -> String {
    let (each, more) = (count / stages.max(1), count % stages.max(1));
    let layers: Vec<_> =
        (0..stages.min(64)).map(|stage| (each + usize::from(stage < more)).to_string()).collect();
    format!("say how many layers each has, {count} together: `--layers {}`", layers.join(","))
}

fn sum(layers: &[usize]) -> Option<usize> {
    layers.iter().try_fold(0_usize, |sum, layers| sum.checked_add(*layers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tensor_is_on_one_stage() {
        let on = |name: &str| -> Vec<usize> {
            (0..3).filter(|&stage| Stages { layers: vec![2, 1, 3], stage }.has(name)).collect()
        };
        for (name, stage) in [
            ("model.embed_tokens.weight", 0),
            ("transformer.wpe.weight", 0),
            ("bert.embeddings.LayerNorm.weight", 0),
            ("model.layers.1.mlp.experts.7.w1.weight", 0),
            ("model.layers.2.mlp.up_proj.weight", 1),
            ("h.5.ln_1.weight", 2),
            ("model.norm.weight", 2),
            ("embed_out.weight", 2),
            ("lm_head.weight", 2),
        ] {
            assert_eq!(on(name), [stage], "{name}");
        }
        assert_eq!(layer("model.layers.12.x"), Some(("model.layers", 12)));
        assert_eq!(layer("7.weight"), None);
    }
}
