//! The manifest: what is written beside a model, and what workers are given.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::DType;
use candle_init::{Initializer, Lazy, Rule};
use candle_init_checkpoint::{Dtype, Layout};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::manifest::digest::digest;

/// The version of the manifest's form.
const SCHEMA: u32 = 1;

/// The version of the stream, `docs/stream.md`.
const STREAM: u32 = 1;

/// A model from scratch as a document: each tensor with its rule, each file with its tensors. With it alone any
/// worker, now or later, makes any byte of any file, and they all make the same.
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
    pub(crate) files: Vec<File>,
    pub(crate) digest: String,
}

/// A file of a model, and its tensors in the order of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct File {
    /// Its name within the folder.
    pub name: String,
    /// What is in it.
    pub tensors: Vec<Entry>,
}

/// A tensor, and how it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// What it is drawn by, with the layer kind where the shape would mislead.
    pub rule: Rule,
    /// Why it has this rule.
    pub why: String,
}

/// What the digest is made of.
#[derive(Serialize)]
struct Content<'a> {
    schema: u32,
    stream: u32,
    seed: u64,
    source: &'a str,
    config: &'a Option<Value>,
    files: &'a [File],
}

impl Manifest {
    pub(crate) fn new(seed: u64, source: String, config: Option<Value>, files: Vec<File>) -> Result<Self> {
        let mut manifest =
            Self { schema: SCHEMA, stream: STREAM, seed, source, config, files, digest: String::new() };
        manifest.digest = manifest.calculated()?;
        manifest.check()?;
        Ok(manifest)
    }

    fn calculated(&self) -> Result<String> {
        let Self { schema, stream, seed, source, config, files, .. } = self;
        let content = Content { schema: *schema, stream: *stream, seed: *seed, source, config, files };
        digest(&content).map_err(|error| Error::Tensor { tensor: "manifest".into(), what: error.to_string() })
    }

    /// Reads the JSON of a manifest.
    ///
    /// # Errors
    /// [`Error::Document`] for what is none, or of another version; [`Error::Digest`] for one that was changed.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let system = |source| Error::System { path: path.into(), what: "cannot be read", source };
        let text = fs::read_to_string(path).map_err(system)?;
        Self::parse(&text).map_err(|error| match error {
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
            self.layout(file)?;
        }
        Ok(())
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
        let value =
            |entry: &'_ Entry| (entry.name.clone(), entry.dtype, entry.shape.clone(), entry.rule.to_string());
        let mut values: Vec<_> = file.tensors.iter().map(value).collect();
        values.sort(); // where they lie in the file is the layout's matter
        let digest = digest(&(self.stream, self.seed, values))
            .map_err(|error| Error::Tensor { tensor: file.name.clone(), what: error.to_string() })?;
        let tensors =
            file.tensors.iter().map(|entry| (entry.name.as_str(), entry.dtype, entry.shape.clone()));
        let metadata = [("format".to_string(), "pt".to_string()), ("candle_init".into(), digest)];
        Ok(Layout::new(tensors, &metadata.into())?)
    }

    /// The values of a tensor, of which any part can be drawn.
    ///
    /// # Errors
    /// [`Error::Tensor`] for a dtype that is not drawn; what candle-init says of the rule.
    pub fn lazy(&self, entry: &Entry) -> Result<Lazy> {
        let dtype = candle_dtype(&entry.name, entry.dtype)?;
        Ok(Initializer::new(self.seed).lazy(
            &entry.name,
            entry.shape.as_slice(),
            entry.rule.clone(),
            dtype,
        )?)
    }
}

impl Entry {
    /// How many values it has.
    #[must_use]
    pub fn elements(&self) -> u128 {
        self.shape.iter().map(|&dim| dim as u128).product()
    }
}

impl File {
    /// Its tensors by name.
    pub(crate) fn index(&self) -> HashMap<&str, &Entry> {
        self.tensors.iter().map(|entry| (entry.name.as_str(), entry)).collect()
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
