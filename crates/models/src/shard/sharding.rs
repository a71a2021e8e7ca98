//! Which part of each tensor a rank holds.

use std::fmt;
use std::ops::Range;

use candle_init_checkpoint::Glob;

use crate::error::{Error, Result};
use crate::manifest::{Entry, Manifest};
use crate::part::Part;

/// How tensors are split among ranks.
///
/// ```
/// use candle_init_models::{Plan, Sharding, Dtype, Part, shapes};
/// use candle_init::{Initializer, init};
/// let tensors = shapes(r#"{"up.weight": [10, 4], "norm.weight": [4]}"#, Dtype::F32)?;
/// let init = Initializer::new(1).rule("up.*", init::HE_NORMAL).rule("norm.*", init::ONES);
/// let manifest = Plan::new(tensors).manifest(&init)?;
/// let (up, last) = (manifest.tensor("up.weight").unwrap(), Part::new(3, 4)?);
/// // torch.chunk: three rows each, and what is left for the last
/// assert_eq!(Sharding::fsdp().region(up, last)?, Some(vec![9..10, 0..4]));
/// // tensor parallel: equal parts, or an error
/// assert!(Sharding::tensor_parallel([("up.weight", 0)])?.region(up, last).is_err());
/// # Ok::<(), candle_init_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sharding(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// Patterns, and the dimension that what they match is split along: into equal parts.
    TensorParallel(Vec<(Glob, usize)>),
    /// The first dimension of everything, as `torch.chunk` splits it.
    Fsdp,
}

impl Sharding {
    /// Tensor parallel, as Megatron and most engines split decoders whose projections have the names of Llama's or Mixtral's.
    ///
    /// # Errors
    /// [`Error::Tensor`] for a model that has none of them.
    pub fn decoder(manifest: &Manifest) -> Result<Self> {
        let Self(kind) = Self::tensor_parallel(DECODER)?;
        let Kind::TensorParallel(mut splits) = kind else { return Ok(Self(kind)) };
        splits.retain(|(glob, _)| manifest.tensors().any(|entry| glob.matches(&entry.name)));
        if splits.is_empty() {
            let tensor = manifest.tensors().next().map_or_else(String::new, |entry| entry.name.clone());
            let what = "is of no decoder whose splits are known: say what is split along which dimension, \
                        `--split '*.fc1.weight=0'`";
            return Err(Error::Tensor { tensor, what: what.into() });
        }
        Ok(Self(Kind::TensorParallel(splits)))
    }

    /// Tensor parallel: what a pattern matches is split along its dimension into equal parts; the first match counts, and
    /// all else belongs to rank 0, as one copy of it.
    ///
    /// # Errors
    /// [`Error::Tensor`] for what is no pattern.
    pub fn tensor_parallel<'a>(splits: impl IntoIterator<Item = (&'a str, usize)>) -> Result<Self> {
        let split = |(pattern, dim): (&str, usize)| {
            let wrong = |what| Error::Tensor { tensor: pattern.into(), what };
            Ok((Glob::new(pattern).map_err(wrong)?, dim))
        };
        Ok(Self(Kind::TensorParallel(splits.into_iter().map(split).collect::<Result<_>>()?)))
    }

    /// Fully sharded: the first dimension of every tensor by `torch.chunk`, whose parts are equal but for the last, and of
    /// which the last may be empty.
    #[must_use]
    pub fn fsdp() -> Self {
        Self(Kind::Fsdp)
    }

    /// That every pattern matches a tensor: one that does not is misspelt, and would leave what was meant whole.
    ///
    /// # Errors
    /// [`Error::Tensor`], naming the pattern.
    pub fn check(&self, manifest: &Manifest) -> Result<()> {
        let Kind::TensorParallel(splits) = &self.0 else { return Ok(()) };
        let unused =
            splits.iter().find(|(glob, _)| !manifest.tensors().any(|entry| glob.matches(&entry.name)));
        unused.map_or(Ok(()), |(glob, _)| {
            let what = "is a pattern that matches no tensor: correct or leave it out".into();
            Err(Error::Tensor { tensor: glob.text().into(), what })
        })
    }

    /// The ranges of a tensor that a rank holds: nothing, where another rank has what is not split, or its part is empty.
    ///
    /// # Errors
    /// [`Error::Tensor`] where equal parts are required and the dimension is no multiple of the ranks.
    pub fn region(&self, entry: &Entry, part: Part) -> Result<Option<Vec<Range<usize>>>> {
        let mut region: Vec<_> = entry.shape.iter().map(|&dim| 0..dim).collect();
        let range = match &self.0 {
            Kind::TensorParallel(splits) => match splits.iter().find(|(glob, _)| glob.matches(&entry.name)) {
                Some((_, dim)) => region
                    .get_mut(*dim)
                    .map(|range| Ok((equal(range.end, part), range)))
                    .unwrap_or_else(|| Err(no_dim(entry, *dim)))?,
                None => return Ok((part.rank() == 0).then_some(region)),
            },
            Kind::Fsdp => match region.first_mut() {
                Some(range) => (Some(chunk(range.end, part)), range),
                None => return Ok((part.rank() == 0).then_some(region)),
            },
        };
        let (Some(mine), range) = range else { return Err(unequal(entry, part)) };
        *range = mine;
        Ok((!region.iter().any(Range::is_empty)).then_some(region))
    }
}

const DECODER: [(&str, usize); 6] = [
    ("*.{q_proj,k_proj,v_proj,gate_proj,up_proj}.{weight,bias}", 0),
    ("*.{o_proj,down_proj}.weight", 1),
    ("*.experts.*.{w1,w3}.weight", 0),
    ("*.experts.*.w2.weight", 1),
    ("*embed_tokens.weight", 0),
    ("lm_head.weight", 0),
];

impl fmt::Display for Sharding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Fsdp => f.write_str("fsdp"),
            Kind::TensorParallel(splits) => {
                f.write_str("tp")?;
                splits.iter().try_for_each(|(glob, dim)| write!(f, " {}={dim}", glob.text()))
            }
        }
    }
}

/// One of equal parts.
pub(crate) fn equal(length: usize, part: Part) -> Option<Range<usize>> {
    let each = length / part.world();
    length.is_multiple_of(part.world()).then(|| each * part.rank()..each * (part.rank() + 1))
}

/// One of the parts of `torch.chunk`: the least length that so many parts are enough for.
fn chunk(length: usize, part: Part) -> Range<usize> {
    let each = length.div_ceil(part.world());
    (each * part.rank()).min(length)..(each * (part.rank() + 1)).min(length)
}

fn unequal(entry: &Entry, part: Part) -> Error {
    let what = format!(
        "of shape {:?} cannot be split into {} equal parts: choose a number of ranks that divides it",
        entry.shape,
        part.world()
    );
    Error::Tensor { tensor: entry.name.clone(), what }
}

fn no_dim(entry: &Entry, dim: usize) -> Error {
    let what = format!("of shape {:?} has no dimension {dim} to be split", entry.shape);
    Error::Tensor { tensor: entry.name.clone(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_those_of_torch() {
        let chunks = |length, world| {
            (0..world).map(|rank| chunk(length, Part::new(rank, world).unwrap()).len()).collect::<Vec<_>>()
        };
        assert_eq!(chunks(10, 4), [3, 3, 3, 1]);
        assert_eq!(chunks(5, 4), [2, 2, 1, 0]);
        assert_eq!(chunks(1, 3), [1, 0, 0]);
        assert_eq!(chunks(0, 2), [0, 0]);
    }
}
