//! From tensors and rules to a manifest.

use candle_init::{Initializer, Reason, Record};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::manifest::digest::sorted;
use crate::manifest::document::{Manifest, candle_dtype};
use crate::manifest::entry::{Entry, File, Grown, Stored};
use crate::manifest::loads::{Found, Loads, NeverAsked};
use crate::manifest::split::{file_name, smallest, split};
use crate::tensor::Tensor;

/// How large files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// At most so many bytes of tensors in each, unless one tensor has more.
    Bytes(u64),
    /// At most so many files, as equal as the order of tensors lets them be.
    Files(usize),
}

/// What a [`Manifest`] is made of.
///
/// ```
/// use candle_init::{Initializer, Recipe};
/// use candle_init_models::{Blueprint, Plan};
/// let config = r#"{"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12}"#;
/// let init = Initializer::new(42).recipe(Recipe::from_config(config)?);
/// let manifest = Plan::new(Blueprint::from_config(config)?.tensors()?).config(config)?.manifest(&init)?;
/// assert_eq!((manifest.elements(), manifest.files().len()), (124_439_808, 1));
/// # Ok::<(), candle_init_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    tensors: Vec<Tensor>,
    source: String,
    config: Option<Value>,
    limit: Limit,
    stem: String,
}

impl Plan {
    /// A model with these tensors, in the order of the model.
    #[must_use]
    pub fn new(tensors: Vec<Tensor>) -> Self {
        Self {
            tensors,
            source: String::new(),
            config: None,
            limit: Limit::Bytes(5_000_000_000),
            stem: "model".into(),
        }
    }

    /// The model's `config.json`, which is put beside its files with its keys in order.
    ///
    /// # Errors
    /// [`Error::Config`] for what is no JSON.
    pub fn config(mut self, json: &str) -> Result<Self> {
        let config = serde_json::from_str(json).map_err(|error| Error::Config {
            what: format!("is no JSON ({error})"),
            required: "the text of a config.json is required".into(),
        })?;
        self.config = Some(sorted(config));
        Ok(self)
    }

    /// Where names, shapes and rules are from: for people.
    #[must_use]
    pub fn source(mut self, source: &str) -> Self {
        self.source = source.into();
        self
    }

    /// How large files are: 5 GB without this, as huggingface_hub has it.
    #[must_use]
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    /// What the names of files begin with: `model` without this; `diffusion_pytorch_model` is what diffusers reads.
    #[must_use]
    pub fn stem(mut self, stem: &str) -> Self {
        self.stem = stem.into();
        self
    }

    /// The manifest: every tensor with the rule that the initializer decides on, or with the tensor of a checkpoint that it
    /// [loads](Initializer::load).
    ///
    /// # Errors
    /// Those of [`Initializer::plan_of`], such as a list of what no rule covers, or no checkpoint has; [`Error::Tensor`] for a
    /// dtype or an integer that is not drawn.
    pub fn manifest(self, init: &Initializer) -> Result<Manifest> {
        let found = Found::new(init.checkpoints())?;
        let asks = |tensor: &Tensor| !is_integer(tensor) || loaded(init, &tensor.name).is_some();
        let asked = self.tensors.iter().filter(|tensor| asks(tensor)).map(|tensor| {
            Ok((tensor.name.as_str(), tensor.shape.as_slice(), candle_dtype(&tensor.name, tensor.dtype)?))
        });
        let plan = init.plan_of(asked.collect::<Result<Vec<_>>>()?)?;
        let mut records = plan.records().iter();
        let mut entries = Vec::with_capacity(self.tensors.len());
        for tensor in &self.tensors {
            entries.push(match asks(tensor) {
                true => entry(tensor, records.next(), init, found.as_ref())?,
                false => integer(tensor)?,
            });
        }
        let files = self.files(entries);
        let checkpoint = found.map(|found| (loads(&found, init, &plan), found.opened));
        let manifest = Manifest::new(init.seed(), self.source, self.config, checkpoint, files)?;
        // What cannot be drawn is said before anything is.
        manifest.tensors().try_for_each(|entry| manifest.lazy(entry).map(drop))?;
        Ok(manifest)
    }

    fn files(&self, entries: Vec<Entry>) -> Vec<File> {
        let bytes = |entry: &Entry| {
            u64::try_from(entry.elements() * entry.dtype.bitsize() as u128 / 8).unwrap_or(u64::MAX)
        };
        let sizes: Vec<_> = entries.iter().map(bytes).collect();
        let ranges = match self.limit {
            Limit::Bytes(most) => split(&sizes, most),
            Limit::Files(count) => split(&sizes, smallest(&sizes, count.max(1))),
        };
        let (count, mut entries) = (ranges.len(), entries.into_iter());
        let file = |(index, range): (usize, std::ops::Range<usize>)| File {
            name: file_name(&self.stem, index, count),
            tensors: entries.by_ref().take(range.len()).collect(),
        };
        ranges.into_iter().enumerate().map(file).collect()
    }
}

fn is_integer(tensor: &Tensor) -> bool {
    candle_core::DType::try_from(tensor.dtype).is_ok_and(|dtype| dtype.is_int())
}

/// What the checkpoints have under a name.
fn loaded<'a>(init: &'a Initializer, name: &str) -> Option<&'a candle_init_checkpoint::Tensor> {
    init.checkpoints().find_map(|checkpoint| checkpoint.get(name))
}

/// What is known of the checkpoints beside what is loaded.
fn loads(found: &Found, init: &Initializer, plan: &candle_init::Plan) -> Loads {
    let never_asked = plan
        .never_asked_near()
        .map(|(tensor, nearest)| NeverAsked { tensor: tensor.into(), nearest: nearest.map(String::from) });
    let skipped = init.checkpoints().flat_map(|checkpoint| checkpoint.skipped());
    let skipped = skipped.map(|tensor| tensor.name_in_file().to_string()).collect();
    Loads::new(found.files.clone(), never_asked.collect(), skipped)
}

fn entry(
    tensor: &Tensor,
    record: Option<&Record>,
    init: &Initializer,
    found: Option<&Found>,
) -> Result<Entry> {
    let wrong = |what: &str| Error::Tensor { tensor: tensor.name.clone(), what: what.into() };
    let record = record
        .filter(|record| record.name == tensor.name)
        .ok_or_else(|| wrong("is there twice: each name once is required"))?;
    let grown = match &record.reason {
        Reason::Loaded { .. } => Some(None),
        Reason::Grown { rows, by, .. } => {
            let all = tensor.shape.first().copied().unwrap_or(0);
            Some(Some(Grown { rows: all.saturating_sub(*rows), by: *by }))
        }
        _ => None,
    };
    let from = grown.zip(loaded(init, &tensor.name)).zip(found).map(|((grown, stored), found)| Stored {
        file: found.file_of(stored).into(),
        tensor: stored.name_in_file().into(),
        dtype: stored.dtype(),
        grown,
    });
    let Tensor { name, dtype, shape } = tensor.clone();
    let mut why = record.reason.to_string();
    if let Some(from) = from.as_ref().filter(|from| from.grown.is_some() && from.dtype != dtype) {
        why.push_str(&format!(", from {}", from.dtype.to_string().to_ascii_lowercase()));
    }
    Ok(Entry { name, dtype, shape, rule: record.whole_rule(), from, why })
}

/// Integers are no weights: counters start at zero and tables of positions count. Others are refused, not guessed.
fn integer(tensor: &Tensor) -> Result<Entry> {
    let last = tensor.name.rsplit('.').next().unwrap_or_default();
    let rule = match last {
        "num_batches_tracked" => "zeros",
        "position_ids" => "range(start=0, step=1)",
        _ => {
            let what = format!(
                "is {}, and only `num_batches_tracked` and `position_ids` are known among integers: leave it out (`--skip '{}'`)",
                tensor.dtype, tensor.name
            );
            return Err(Error::Tensor { tensor: tensor.name.clone(), what });
        }
    };
    let Tensor { name, dtype, shape } = tensor.clone();
    let (rule, why) = (Some(rule.parse()?), "a buffer of integers".into());
    Ok(Entry { name, dtype, shape, rule, from: None, why })
}

#[cfg(test)]
mod tests {
    use candle_init::init;
    use candle_init_checkpoint::Dtype;

    use super::*;

    /// Numbers that are their neighbours where a reader is off by one in the last digit, as the fuzzer found.
    #[test]
    fn a_manifest_is_read_whatever_numbers_its_config_has() {
        let init = Initializer::new(1).rule("w", init::ZEROS);
        let tensor = || Tensor { name: "w".into(), dtype: Dtype::F32, shape: vec![2] };
        let plan = |config: &str| Plan::new(vec![tensor()]).config(config).unwrap().manifest(&init).unwrap();
        let mut configs: Vec<_> = (0..2_000)
            .map(|i| format!(r#"{{"eps": {}.{}e-{}}}"#, 1 + i % 9, i * 48_271 % 99_991, i % 300))
            .collect();
        configs.push(r#"{"rms_norm_eps": 1e-25, "a": [1.7976931348623157e308], "b": 5e-324}"#.into());
        for config in configs {
            let manifest = plan(&config);
            assert_eq!(Manifest::parse(&manifest.to_json()).unwrap(), manifest, "{config}");
        }
    }
}
