//! Which part of each tensor a rank holds.

use std::fmt;

use candle_init_checkpoint::Glob;

use crate::error::{Error, Result};
use crate::manifest::{Entry, Manifest};
use crate::part::Part;
use crate::shard::experts::Experts;
use crate::shard::held::{Held, chunked};
use crate::shard::share::Share;
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
/// assert_eq!(Sharding::fsdp(4).held(up, last)?[0].region, [9..10, 0..4]);
/// // tensor parallel: equal parts, or an error
/// assert!(Sharding::tensor_parallel([("up.weight", 0)])?.held(up, last).is_err());
/// # Ok::<(), candle_init_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sharding {
    /// Patterns, the dimension that what they match is split along, and how.
    splits: Vec<(Glob, usize, Share)>,
    /// Whole experts, where they are not split.
    experts: Option<Experts>,
    /// How many ranks share what the splits leave to one.
    fsdp: usize,
    /// Rows of a vocabulary that is padded where ranks cannot share it.
    padded: Option<usize>,
    stages: Option<Stages>,
}

impl Sharding {
    fn of(splits: Vec<(Glob, usize, Share)>) -> Self {
        Self { splits, experts: None, fsdp: 1, padded: None, stages: None }
    }

    /// Tensor parallel, as Megatron and most engines split decoders whose projections have the names of Llama's, Mixtral's or
    /// Phi-3's, which has several in one matrix: of each of them a rank has its part.
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
        let attention = heads.zip(shared).map(|(heads, shared)| (QKV, 0, Share::Attention { heads, shared }));
        splits.extend(attention.into_iter().chain([(GATE_UP, 0, Share::Two)]));
        splits.extend(OTHERS.map(|(pattern, dim)| (pattern, dim, Share::Equal)));
        let mut splits = patterns(splits)?;
        splits.retain(|(glob, ..)| manifest.tensors().any(|entry| glob.matches(&entry.name)));
        if splits.is_empty() {
            let tensor = manifest.tensors().next().map_or_else(String::new, |entry| entry.name.clone());
            let what = "is of no decoder whose splits are known: say what is split along which dimension, \
                        `--split '*.fc1.weight=0'`";
            return Err(Error::Tensor { tensor, what: what.into() });
        }
        Ok(Self::of(splits))
    }

    /// Tensor parallel: what a pattern matches is split along its dimension into equal parts; the first match counts, and
    /// all else belongs to rank 0, as one copy of it.
    ///
    /// # Errors
    /// [`Error::Tensor`] for what is no pattern.
    pub fn tensor_parallel<'a>(splits: impl IntoIterator<Item = (&'a str, usize)>) -> Result<Self> {
        let splits = splits.into_iter().map(|(pattern, dim)| (pattern, dim, Share::Equal));
        Ok(Self::of(patterns(splits)?))
    }

    /// Nothing is split: what there is of [stages](Self::stage) and [experts](Self::experts) has whole tensors.
    #[must_use]
    pub fn whole() -> Self {
        Self::of(Vec::new())
    }

    /// Fully sharded over so many ranks: [whole](Self::whole) tensors, [shared](Self::fully_sharded).
    #[must_use]
    pub fn fsdp(ranks: usize) -> Self {
        Self::whole().fully_sharded(ranks)
    }

    /// What is one rank's is shared by so many: the first dimension of it by `torch.chunk`, whose parts are equal but for the
    /// last, and of which the last may be empty. So FSDP goes over tensor parallelism in torch, whose strided shards these are:
    /// of `ranks · n` ranks, `n` neighbours are tensor parallel, and those that leave the same when divided by `n` share.
    ///
    /// ```
    /// use candle_init_models::{Plan, Sharding, Dtype, Part, shapes};
    /// use candle_init::{Initializer, init};
    /// let plan = Plan::new(shapes(r#"{"up.weight": [10, 4]}"#, Dtype::F32)?);
    /// let manifest = plan.manifest(&Initializer::new(1).rule("*", init::HE_NORMAL))?;
    /// let sharding = Sharding::tensor_parallel([("up.weight", 0)])?.fully_sharded(2);
    /// let rows = |rank| sharding.held(manifest.tensor("up.weight").unwrap(), Part::new(rank, 4)?);
    /// // five rows for each of two, and of these three for the first
    /// assert_eq!(rows(0)?[0].region[0], 0..3);
    /// assert_eq!(rows(1)?[0].region[0], 5..8);
    /// assert_eq!(rows(3)?[0].region[0], 8..10);
    /// # Ok::<(), candle_init_models::Error>(())
    /// ```
    #[must_use]
    pub fn fully_sharded(mut self, ranks: usize) -> Self {
        self.fsdp = ranks;
        self
    }

    /// Expert parallel: experts are not split, and each rank has as many of them, one after another.
    ///
    /// # Errors
    /// [`Error::Tensor`] for a model without experts, or whose layers have not as many each.
    pub fn experts(mut self, manifest: &Manifest) -> Result<Self> {
        self.experts = Some(Experts::new(manifest)?);
        Ok(self)
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
        let unused =
            self.splits.iter().find(|(glob, ..)| !manifest.tensors().any(|entry| glob.matches(&entry.name)));
        unused.map_or(Ok(()), |(glob, ..)| {
            let what = "is a pattern that matches no tensor: correct or leave it out".into();
            Err(Error::Tensor { tensor: glob.text().into(), what })
        })
    }

    /// What a rank holds of a tensor: nothing, where another rank or stage has it, or its part is empty; a box, or one of each
    /// of the matrices that lie in one tensor.
    ///
    /// # Errors
    /// [`Error::Tensor`] where ranks cannot share the dimension, its heads or the experts; [`Error::Part`] for a number of ranks
    /// that is no multiple of those that [share](Self::fully_sharded).
    pub fn held(&self, entry: &Entry, part: Part) -> Result<Vec<Held>> {
        if self.stages.as_ref().is_some_and(|stages| !stages.has(&entry.name)) {
            return Ok(Vec::new());
        }
        let (shared, split) = self.mesh(part)?;
        let mut boxes = chunked(self.split(entry, split)?, shared);
        boxes.retain(|held| !held.is_empty());
        Ok(boxes)
    }

    /// A rank's place among those that share, and among those that are split over.
    fn mesh(&self, part: Part) -> Result<(Part, Part)> {
        let (rank, world) = (part.rank(), part.world());
        if self.fsdp == 0 || !world.is_multiple_of(self.fsdp) {
            let what = format!("{world} ranks, fully sharded over {}", self.fsdp);
            return Err(Error::Part {
                what,
                required: "a multiple of those that share is required: that, times the ranks of tensor or expert parallel".into(),
            });
        }
        let split = world / self.fsdp;
        Ok((Part::new(rank / split, self.fsdp)?, Part::new(rank % split, split)?))
    }

    /// What is left to a rank by the splits; what none matches belongs to the first, as one copy of it.
    fn split(&self, entry: &Entry, part: Part) -> Result<Vec<Held>> {
        if let Some(experts) = self.experts
            && let Some(held) = experts.held(entry, part)?
        {
            return Ok(held);
        }
        let mut held = Held::whole(entry);
        let Some((_, dim, share)) = self.splits.iter().find(|(glob, ..)| glob.matches(&entry.name)) else {
            return Ok(if part.rank() == 0 { vec![held] } else { Vec::new() });
        };
        let length = *entry.shape.get(*dim).ok_or_else(|| no_dim(entry, *dim))?;
        if (*share, *dim, self.padded) == (Share::Equal, 0, Some(length)) {
            held.pad(length, part);
            return Ok(vec![held]);
        }
        let ranges = share.ranges(length, part).map_err(|what| wrong(entry, what))?;
        let of = |range| {
            let mut held = held.clone();
            held.take(*dim, range);
            held
        };
        Ok(ranges.into_iter().map(of).collect())
    }
}

const QUERY: &str = "*.q_proj.{weight,bias}";
const KEY_VALUE: &str = "*.{k_proj,v_proj}.{weight,bias}";
const OUTPUT: &str = "*.o_proj.weight";
/// Several matrices in one.
const QKV: &str = "*.qkv_proj.{weight,bias}";
const GATE_UP: &str = "*.gate_up_proj.{weight,bias}";
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
        f.write_str(if self.splits.is_empty() { "whole" } else { "tp" })?;
        for (glob, dim, share) in &self.splits {
            write!(f, " {}={dim}{share}", glob.text())?;
        }
        if self.experts.is_some() {
            f.write_str(", whole experts")?;
        }
        if self.fsdp != 1 {
            write!(f, ", fsdp {}", self.fsdp)?;
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
                let held = sharding.held(entry, Part::new(rank, world).unwrap()).unwrap().remove(0);
                assert_eq!((held.offsets[0], held.offsets[1]), (next, 0), "{rank} of {world}");
                assert_eq!(held.region[0].start, next.min(5));
                rows += held.region[0].len();
                next += held.region[0].len() + held.padding;
            }
            assert_eq!((rows, next), (5, 5_usize.next_multiple_of(world)));
        }
    }
}
