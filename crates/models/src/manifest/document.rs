//! The manifest: what is written beside a model, and what workers are given.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::DType;
use candle_init::{Initializer, Lazy};
use candle_init_checkpoint::{Checkpoint, Dtype, Layout};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::manifest::digest::digest;
use crate::manifest::entry::{Entry, File};
use crate::manifest::loads::{Found, Loads, Opened};

/// The version of the manifest's form.
const SCHEMA: u32 = 1;

/// The version of the stream, `docs/stream.md`.
const STREAM: u32 = 1;

/// A model that is to be made, as a document: each tensor with its rule, each file with its tensors. With it alone any
/// worker, now or later, makes any byte of any file, and they all make the same. What a checkpoint gives it names, and the
/// checkpoint has to be [given](Self::with_checkpoint) too.
///
/// It is planned by [`Plan`](crate::Plan), written as JSON, and lies beside the finished model as `candle-init.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub(crate) schema: u32,
    pub(crate) stream: u32,
    pub(crate) seed: u64,
    pub(crate) source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) config: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint: Option<Loads>,
    pub(crate) files: Vec<File>,
    pub(crate) digest: String,
    #[serde(skip)]
    pub(crate) opened: Opened,
}

/// What the digest is made of.
#[derive(Serialize)]
struct Content<'a> {
    schema: u32,
    stream: u32,
    seed: u64,
    source: &'a str,
    config: &'a Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: &'a Option<Loads>,
    files: &'a [File],
}

impl Manifest {
    pub(crate) fn new(
        seed: u64,
        source: String,
        config: Option<Value>,
        checkpoint: Option<(Loads, Opened)>,
        files: Vec<File>,
    ) -> Result<Self> {
        let (checkpoint, opened) = checkpoint.unzip();
        let (digest, opened) = (String::new(), opened.unwrap_or_default());
        let mut manifest =
            Self { schema: SCHEMA, stream: STREAM, seed, source, config, checkpoint, files, digest, opened };
        manifest.digest = manifest.calculated()?;
        manifest.check()?;
        Ok(manifest)
    }

    fn calculated(&self) -> Result<String> {
        let Self { schema, stream, seed, source, config, checkpoint, files, .. } = self;
        let content =
            Content { schema: *schema, stream: *stream, seed: *seed, source, config, checkpoint, files };
        digest(&content).map_err(|error| Error::Tensor { tensor: "manifest".into(), what: error.to_string() })
    }

    /// Reads the JSON of a manifest.
    ///
    /// # Errors
    /// [`Error::Document`] for what is none, or of another version; [`Error::Digest`] for one that was changed.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let system = |cause| Error::System { path: path.into(), what: "cannot be read", cause };
        let text = fs::read_to_string(path).map_err(system)?;
        Self::parse_at(&text, path)
    }

    /// Reads the text of a manifest that lies at a path.
    pub(crate) fn parse_at(json: &str, path: &Path) -> Result<Self> {
        Self::parse(json).map_err(|error| match error {
            Error::Document { what, .. } => Error::Document { path: path.into(), what },
            other => other,
        })
    }

    /// Reads the text of a manifest.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(json: &str) -> Result<Self> {
        let wrong = |what: String| Error::Document { path: "manifest".into(), what };
        let manifest: Self = serde_json::from_str(json).map_err(|error| {
            wrong(format!("is no manifest ({error}): what `candle-init plan --json` writes is required"))
        })?;
        if (manifest.schema, manifest.stream) != (SCHEMA, STREAM) {
            let (schema, stream) = (manifest.schema, manifest.stream);
            return Err(wrong(format!(
                "has version {schema} and stream {stream}, and this program knows {SCHEMA} and {STREAM}: use the \
                 version that planned it"
            )));
        }
        let found = manifest.calculated()?;
        if found != manifest.digest {
            return Err(Error::Digest { stated: manifest.digest, found });
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// That files can be made of it: every name is one of a file here, and every tensor has a layout.
    fn check(&self) -> Result<()> {
        for file in &self.files {
            let plain = file.name.ends_with(".safetensors")
                && !file.name.starts_with('.')
                && file.name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
            if !plain {
                let what = format!(
                    "the file `{}` is not of this folder: letters, digits, `-` and `_` and the end \
                                    `.safetensors` are required",
                    file.name.escape_debug()
                );
                return Err(Error::Document { path: "manifest".into(), what });
            }
            if let Some(entry) = file.tensors.iter().find(|entry| !entry.has_one_source()) {
                let what =
                    "has to come from a rule or from a checkpoint, and both only where new rows are drawn"
                        .into();
                return Err(Error::Tensor { tensor: entry.name.clone(), what });
            }
            self.layout(file)?;
        }
        Ok(())
    }

    /// The same with the checkpoint that it loads from: a file, an index or a folder, wherever it lies now.
    ///
    /// # Errors
    /// [`Error::OtherCheckpoint`] for files that are not those that it was planned with, or a manifest that loads nothing;
    /// [`Error::Checkpoint`] for what is none.
    pub fn with_checkpoint(mut self, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let other = |what: &str| Error::OtherCheckpoint { path: path.into(), what: what.into() };
        let loads = self.checkpoint.as_ref().ok_or_else(|| other("the plan loads nothing: leave it out"))?;
        let checkpoint = Checkpoint::open(path)?;
        let found = Found::new([&checkpoint].into_iter())?.ok_or_else(|| other("it has no tensors"))?;
        loads.check(&found, path)?;
        self.opened = found.opened;
        Ok(self)
    }

    /// The checkpoint that it loads from.
    #[must_use]
    pub fn loads(&self) -> Option<&Loads> {
        self.checkpoint.as_ref()
    }

    /// That the checkpoint is there which some of these files need.
    pub(crate) fn can_make<'a>(&self, files: impl IntoIterator<Item = &'a File>) -> Result<()> {
        match &self.checkpoint {
            Some(loads) if !self.opened.is_open() && files.into_iter().any(File::loads) => {
                Err(Error::NoCheckpoint { files: loads.files.iter().map(|file| file.name.clone()).collect() })
            }
            _ => Ok(()),
        }
    }

    /// Its JSON, the same bytes every time.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Where names, shapes and rules are from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// SHA-256 of all it says.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Its files in order.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The model's `config.json`, if it was planned from one.
    #[must_use]
    pub fn config(&self) -> Option<&Value> {
        self.config.as_ref()
    }

    /// What its config says under a key, of a model or of the text part of one.
    pub(crate) fn config_value(&self, key: &str) -> Option<&Value> {
        let config = self.config.as_ref()?;
        config.get(key).or_else(|| config.get("text_config")?.get(key))
    }

    /// All tensors, file by file.
    pub fn tensors(&self) -> impl Iterator<Item = &Entry> {
        self.files.iter().flat_map(|file| &file.tensors)
    }

    /// The tensor of a name.
    #[must_use]
    pub fn tensor(&self, name: &str) -> Option<&Entry> {
        self.tensors().find(|entry| entry.name == name)
    }

    /// Number of values of all tensors.
    #[must_use]
    pub fn elements(&self) -> u128 {
        self.tensors().map(Entry::elements).sum()
    }

    /// Bytes of all tensors.
    #[must_use]
    pub fn bytes(&self) -> u128 {
        self.tensors().map(|entry| entry.elements() * entry.dtype.bitsize() as u128 / 8).sum()
    }

    /// Where everything goes in a file. Its metadata says `format: pt`, without which older readers refuse a file that has
    /// any, and the digest of what its values follow from: two starts of one model have the same names and sizes, and are
    /// told apart by this.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] for what no file can hold.
    pub fn layout(&self, file: &File) -> Result<Layout> {
        let digest = self
            .digest_of(file)
            .map_err(|error| Error::Tensor { tensor: file.name.clone(), what: error.to_string() })?;
        let tensors =
            file.tensors.iter().map(|entry| (entry.name.as_str(), entry.dtype, entry.shape.clone()));
        let metadata = [("format".to_string(), "pt".to_string()), ("candle_init".into(), digest)];
        Ok(Layout::new(tensors, &metadata.into())?)
    }

    /// The digest of what a file's values follow from.
    fn digest_of(&self, file: &File) -> serde_json::Result<String> {
        let value = |entry: &'_ Entry| {
            let rule = entry.rule.as_ref().map(ToString::to_string).unwrap_or_default();
            (entry.name.clone(), entry.dtype, entry.shape.clone(), rule)
        };
        let mut values: Vec<_> = file.tensors.iter().map(value).collect();
        values.sort(); // where they lie in the file is the layout's matter
        let loads = self.checkpoint.iter().flat_map(|loads| &loads.files);
        let digests: HashMap<_, _> = loads.map(|file| (file.name.as_str(), file.digest.as_str())).collect();
        let stored = |entry: &'_ Entry| {
            let from = entry.from.clone()?;
            let digest = digests.get(from.file.as_str()).copied();
            Some((entry.name.clone(), from, digest))
        };
        let mut stored: Vec<_> = file.tensors.iter().filter_map(stored).collect();
        stored.sort_by(|a, b| a.0.cmp(&b.0));
        if stored.is_empty() {
            return digest(&(self.stream, self.seed, values));
        }
        digest(&(self.stream, self.seed, values, stored))
    }

    /// The values of a tensor, of which any part can be drawn or read.
    ///
    /// # Errors
    /// [`Error::Tensor`] for a dtype that is not drawn; [`Error::NoCheckpoint`] where the tensor is loaded and its checkpoint
    /// was not given; what candle-init says of the rule or of the file.
    pub fn lazy(&self, entry: &Entry) -> Result<Lazy> {
        let dtype = candle_dtype(&entry.name, entry.dtype)?;
        let (init, shape) = (Initializer::new(self.seed), entry.shape.as_slice());
        let wrong = |what: &str| Error::Tensor { tensor: entry.name.clone(), what: what.into() };
        let Some(from) = &entry.from else {
            let rule = entry.rule.clone().ok_or_else(|| wrong("has no rule"))?;
            return Ok(init.lazy(&entry.name, shape, rule, dtype)?);
        };
        self.can_make(&self.files)?;
        let stored = self.opened.tensor(&from.file, &from.tensor);
        let stored = stored.ok_or_else(|| wrong("is not in its checkpoint: plan again"))?;
        let growth = from.grown.map(|grown| (grown.by, entry.rule.clone()));
        Ok(init.lazy_loaded(&entry.name, shape, stored, growth, dtype)?)
    }

    /// The same of the tensors of a file, by name.
    pub(crate) fn lazy_in<'a>(&'a self, file: &'a File) -> impl Fn(&str) -> Result<Lazy> + 'a {
        let index = file.index();
        move |name| match index.get(name) {
            Some(entry) => self.lazy(entry),
            None => Err(Error::Tensor { tensor: name.into(), what: format!("is not in {}", file.name) }),
        }
    }
}

/// candle's name of a dtype that is drawn.
pub(crate) fn candle_dtype(tensor: &str, dtype: Dtype) -> Result<DType> {
    let drawn = DType::try_from(dtype).ok().filter(|dtype| dtype.is_int() || dtype.is_float());
    drawn.ok_or_else(|| Error::Tensor {
        tensor: tensor.into(),
        what: format!(
            "{dtype} is not drawn: F64, F32, F16, BF16, F8_E4M3 and integers are. A quantized model is made in one of \
             these and quantized by the tool that it came from"
        ),
    })
}
