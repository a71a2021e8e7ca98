//! Which part of each tensor a rank holds.

use std::fmt;
use std::ops::Range;

use candle_init_checkpoint::Glob;

use crate::error::{Error, Result};
use crate::manifest::{Entry, Manifest};
use crate::part::Part;
use crate::shard::share::{Share, chunk};
use crate::shard::stages::Stages;

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
/// assert_eq!(Sharding::fsdp().held(up, last)?.unwrap().region, [9..10, 0..4]);
/// // tensor parallel: equal parts, or an error
/// assert!(Sharding::tensor_parallel([("up.weight", 0)])?.held(up, last).is_err());
/// # Ok::<(), candle_init_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sharding {
    kind: Kind,
    /// Rows of a vocabulary that is padded where ranks cannot share it.
    padded: Option<usize>,
    stages: Option<Stages>,
}

/// What a rank holds of a tensor: a box of it, and where it lies in the whole that all ranks have together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// The range of each dimension.
    pub region: Vec<Range<usize>>,
    /// Where the box begins: at the starts of the ranges but for what is nothing but padding.
    pub offsets: Vec<usize>,
    /// Rows of zeros below it.
    pub padding: usize,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Patterns, the dimension that what they match is split along, and how.
    TensorParallel(Vec<(Glob, usize, Share)>),
    /// The first dimension of everything, as `torch.chunk` splits it.
    Fsdp,
    /// Nothing.
    Whole,
}

impl Sharding {
    fn of(kind: Kind) -> Self {
        Self { kind, padded: None, stages: None }
    }

    /// Tensor parallel, as Megatron and most engines split decoders whose projections have the names of Llama's or Mixtral's.
    /// Where the config says how many there are, heads stay whole; where there are more ranks than heads of keys and values,
    /// each head is held by as many ranks as come on it.
    ///
    /// # Errors
    /// [`Error::Tensor`] for a model that has none of them.
    pub fn decoder(manifest: &Manifest) -> Result<Self> {
        let number =
            |key: &str| Some(usize::try_from(manifest.config_value(key)?.as_u64()?).unwrap_or(usize::MAX));
        let heads = number("num_attention_heads");
        let shared = number("num_key_value_heads").or(heads);
        let mut splits = Vec::new();
        for (pattern, dim, heads) in [(QUERY, 0, heads), (KEY_VALUE, 0, shared), (OUTPUT, 1, heads)] {
            let repeated = pattern == KEY_VALUE;
            splits.push((pattern, dim, heads.map_or(Share::Equal, |count| Share::Heads { count, repeated })));
        }
        splits.extend(OTHERS.map(|(pattern, dim)| (pattern, dim, Share::Equal)));
        let mut splits = patterns(splits)?;
        splits.retain(|(glob, ..)| manifest.tensors().any(|entry| glob.matches(&entry.name)));
        if splits.is_empty() {
            let tensor = manifest.tensors().next().map_or_else(String::new, |entry| entry.name.clone());
            let what = "is of no decoder whose splits are known: say what is split along which dimension, \
                        `--split '*.fc1.weight=0'`";
            return Err(Error::Tensor { tensor, what: what.into() });
        }
        Ok(Self::of(Kind::TensorParallel(splits)))
    }

    /// Tensor parallel: what a pattern matches is split along its dimension into equal parts; the first match counts, and
    /// all else belongs to rank 0, as one copy of it.
    ///
    /// # Errors
    /// [`Error::Tensor`] for what is no pattern.
    pub fn tensor_parallel<'a>(splits: impl IntoIterator<Item = (&'a str, usize)>) -> Result<Self> {
        let splits = splits.into_iter().map(|(pattern, dim)| (pattern, dim, Share::Equal));
        Ok(Self::of(Kind::TensorParallel(patterns(splits)?)))
    }

    /// Fully sharded: the first dimension of every tensor by `torch.chunk`, whose parts are equal but for the last, and of
    /// which the last may be empty.
    #[must_use]
    pub fn fsdp() -> Self {
        Self::of(Kind::Fsdp)
    }

    /// Nothing is split: what there is of [stages](Self::stage) has whole tensors.
    #[must_use]
    pub fn whole() -> Self {
        Self::of(Kind::Whole)
    }

    /// Pads tables with as many rows as the config's `vocab_size`, where ranks cannot share them equally, by rows of zeros up
    /// to a multiple of the ranks. Padding is no part of the model: no seed changes it.
    ///
    /// # Errors
    /// [`Error::Config`] for a manifest whose config has no `vocab_size`.
    pub fn padded(mut self, manifest: &Manifest) -> Result<Self> {
        let rows = manifest.config_value("vocab_size").and_then(serde_json::Value::as_u64);
        let rows = rows.and_then(|rows| usize::try_from(rows).ok()).ok_or_else(|| Error::Config {
            what: "of this plan has no `vocab_size`".into(),
            required: "plan from a config.json that says how many rows are the vocabulary's, or choose a number of ranks that \
                       divides them"
                .into(),
        })?;
        self.padded = Some(rows);
        Ok(self)
    }

    /// Only a stage of a pipeline: `stage` of so many, which have as many layers each, or those of `layers`. Layers have
    /// their numbers in the whole; the first stage has the embeddings, and the last has what comes after the layers.
    ///
    /// # Errors
    /// [`Error::Part`] for layers that so many stages cannot share; [`Error::Tensor`] for a model without layers or with
    /// several stacks of them.
    pub fn stage(mut self, manifest: &Manifest, stage: Part, layers: Option<&[usize]>) -> Result<Self> {
        self.stages = Some(Stages::new(manifest, stage, layers)?);
        Ok(self)
    }

    /// The number of a rank's shard among those of all stages.
    pub(crate) fn number(&self, part: Part) -> usize {
        self.stages.as_ref().map_or(0, Stages::stage) * part.world() + part.rank()
    }

    /// That every pattern matches a tensor: one that does not is misspelt, and would leave what was meant whole.
    ///
    /// # Errors
    /// [`Error::Tensor`], naming the pattern.
    pub fn check(&self, manifest: &Manifest) -> Result<()> {
        let Kind::TensorParallel(splits) = &self.kind else { return Ok(()) };
        let unused =
            splits.iter().find(|(glob, ..)| !manifest.tensors().any(|entry| glob.matches(&entry.name)));
        unused.map_or(Ok(()), |(glob, ..)| {
            let what = "is a pattern that matches no tensor: correct or leave it out".into();
            Err(Error::Tensor { tensor: glob.text().into(), what })
        })
    }

    /// What a rank holds of a tensor: nothing, where another rank or stage has it, or its part is empty.
    ///
    /// # Errors
    /// [`Error::Tensor`] where ranks cannot share the dimension, or its heads.
    pub fn held(&self, entry: &Entry, part: Part) -> Result<Option<Held>> {
        if self.stages.as_ref().is_some_and(|stages| !stages.has(&entry.name)) {
            return Ok(None);
        }
        let whole = || (part.rank() == 0).then(|| Held::new(entry));
        let (dim, split) = match &self.kind {
            Kind::Whole => return Ok(whole()),
            Kind::Fsdp if entry.shape.is_empty() => return Ok(whole()),
            Kind::Fsdp => (0, None),
            Kind::TensorParallel(splits) => {
                match splits.iter().find(|(glob, ..)| glob.matches(&entry.name)) {
                    Some((_, dim, share)) => (*dim, Some(share)),
                    None => return Ok(whole()),
                }
            }
        };
        let length = *entry.shape.get(dim).ok_or_else(|| no_dim(entry, dim))?;
        let mut held = Held::new(entry);
        let range = match split {
            None => chunk(length, part),
            Some(Share::Equal) if dim == 0 && self.padded == Some(length) => held.pad(length, part),
            Some(share) => share.range(length, part).map_err(|what| wrong(entry, what))?,
        };
        held.take(dim, range);
        let empty = held.padding == 0 && held.region.iter().any(Range::is_empty);
        Ok((!empty).then_some(held))
    }
}

impl Held {
    fn new(entry: &Entry) -> Self {
        let region = entry.shape.iter().map(|&dim| 0..dim).collect();
        Self { region, offsets: vec![0; entry.shape.len()], padding: 0 }
    }

    fn take(&mut self, dim: usize, range: Range<usize>) {
        if let (Some(all), Some(offset)) = (self.region.get_mut(dim), self.offsets.get_mut(dim)) {
            // What is nothing but padding begins further on.
            *offset = (*offset).max(range.start);
            *all = range;
        }
    }

    /// The part of so many rows that a rank has, if zeros follow them up to a multiple of the ranks.
    fn pad(&mut self, rows: usize, part: Part) -> Range<usize> {
        let each = rows.div_ceil(part.world());
        let (start, end) = (each * part.rank(), each * (part.rank() + 1));
        self.padding = end.max(rows) - start.max(rows);
        if let Some(offset) = self.offsets.first_mut() {
            *offset = start;
        }
        start.min(rows)..end.min(rows)
    }
}

const QUERY: &str = "*.q_proj.{weight,bias}";
const KEY_VALUE: &str = "*.{k_proj,v_proj}.{weight,bias}";
const OUTPUT: &str = "*.o_proj.weight";
const OTHERS: [(&str, usize); 6] = [
    ("*.{gate_proj,up_proj}.{weight,bias}", 0),
    ("*.down_proj.weight", 1),
    ("*.experts.*.{w1,w3}.weight", 0),
    ("*.experts.*.w2.weight", 1),
    ("*embed_tokens.weight", 0),
    ("lm_head.weight", 0),
];

fn patterns<'a>(
    splits: impl IntoIterator<Item = (&'a str, usize, Share)>,
) -> Result<Vec<(Glob, usize, Share)>> {
    let split = |(pattern, dim, share): (&str, usize, Share)| {
        let wrong = |what| Error::Tensor { tensor: pattern.into(), what };
        Ok((Glob::new(pattern).map_err(wrong)?, dim, share))
    };
    splits.into_iter().map(split).collect()
}

impl fmt::Display for Sharding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Fsdp => f.write_str("fsdp")?,
            Kind::Whole => f.write_str("whole")?,
            Kind::TensorParallel(splits) => {
                f.write_str("tp")?;
                splits
                    .iter()
                    .try_for_each(|(glob, dim, share)| write!(f, " {}={dim}{share}", glob.text()))?;
            }
        }
        if let Some(rows) = self.padded {
            write!(f, ", {rows} rows padded")?;
        }
        self.stages.as_ref().map_or(Ok(()), |stages| write!(f, ", {stages}"))
    }
}

fn wrong(entry: &Entry, what: String) -> Error {
    Error::Tensor { tensor: entry.name.clone(), what: format!("of shape {:?} {what}", entry.shape) }
}

fn no_dim(entry: &Entry, dim: usize) -> Error {
    wrong(entry, format!("has no dimension {dim} to be split"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_init::{Initializer, init};
    use candle_init_checkpoint::Dtype;

    use crate::manifest::Plan;
    use crate::source::shapes;

    /// All of the vocabulary, once, with zeros behind it, for any number of ranks.
    #[test]
    fn a_padded_table_joins_to_the_whole() {
        let plan = Plan::new(shapes(r#"{"lm_head.weight": [5, 2]}"#, Dtype::F32).unwrap());
        let plan = plan.config(r#"{"vocab_size": 5}"#).unwrap();
        let manifest = plan.manifest(&Initializer::new(1).rule("*", init::HE_NORMAL)).unwrap();
        let entry = manifest.tensor("lm_head.weight").unwrap();
        let sharding = Sharding::tensor_parallel([("lm_head.weight", 0)]).unwrap().padded(&manifest).unwrap();
        for world in 1..9 {
            let (mut rows, mut next) = (0, 0);
            for rank in 0..world {
                let held = sharding.held(entry, Part::new(rank, world).unwrap()).unwrap().unwrap();
                assert_eq!((held.offsets[0], held.offsets[1]), (next, 0), "{rank} of {world}");
                assert_eq!(held.region[0].start, next.min(5));
                rows += held.region[0].len();
                next += held.region[0].len() + held.padding;
            }
            assert_eq!((rows, next), (5, 5_usize.next_multiple_of(world)));
        }
    }
}
