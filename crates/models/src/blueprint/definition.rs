//! A blueprint: what users hold.

use std::fmt;
use std::sync::Arc;

use candle_init_checkpoint::Dtype;
use serde_json::Value;

use crate::blueprint::config::Config;
use crate::blueprint::file::File;
use crate::blueprint::library;
use crate::blueprint::reading::Reading;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// The tensors of the models of a family, as files have them, with the numbers of a `config.json`.
///
/// ```
/// use candle_init_models::Blueprint;
/// let config = r#"{"model_type": "llama", "vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336,
///     "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "torch_dtype": "bfloat16"}"#;
/// let tensors = Blueprint::from_config(config)?.tensors()?;
/// let parameters: usize = tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum();
/// assert_eq!((tensors.len(), parameters), (291, 8_030_261_248)); // Llama-3-8B
/// # Ok::<(), candle_init_models::Error>(())
/// ```
///
/// Nothing is guessed: a field of the config of which the family's file does not say whether it changes a shape is an error.
#[derive(Clone)]
pub struct Blueprint {
    file: Arc<File>,
    config: Value,
    dtype: Dtype,
    ignored: Vec<String>,
}

impl Blueprint {
    /// The blueprint for a model by the text of its `config.json`.
    ///
    /// # Errors
    /// [`Error::Config`] for what is no JSON or names no `model_type`; [`Error::NoBlueprint`] for a type without one.
    pub fn from_config(json: &str) -> Result<Self> {
        let config = read(json)?;
        let model_type = Config(&config).text("model_type").ok_or_else(|| Error::Config {
            what: "has no `model_type`".into(),
            required: "the config.json of a model is required, or its names and shapes in a file".into(),
        })?;
        let file = library::of_type(model_type)?;
        Self::new(file, config)
    }

    /// A blueprint of one's own, with the numbers of a config. `docs/blueprints.md` of the repository has the form.
    ///
    /// # Errors
    /// [`Error::Blueprint`] with the line that is wrong; [`Error::Config`].
    pub fn parse(toml: &str, json: &str) -> Result<Self> {
        Self::new(Arc::new(File::read(toml)?), read(json)?)
    }

    fn new(file: Arc<File>, config: Value) -> Result<Self> {
        let dtype = match Config(&config).dtype() {
            None => Dtype::F32,
            Some(name) => dtype(name).ok_or_else(|| Error::Config {
                what: format!("has the dtype `{name}`"),
                required: "float32, float64, float16 or bfloat16 is required".into(),
            })?,
        };
        Ok(Self { file, config, dtype, ignored: Vec::new() })
    }

    /// The dtype of the weights, whatever the config says; tensors that have one of their own keep it.
    #[must_use]
    pub fn dtype(mut self, dtype: Dtype) -> Self {
        self.dtype = dtype;
        self
    }

    /// Declares that a field of the config, dotted where it is nested, changes no name and no shape.
    #[must_use]
    pub fn ignore(mut self, field: &str) -> Self {
        self.ignored.push(field.into());
        self
    }

    /// The family's name.
    #[must_use]
    pub fn family(&self) -> &str {
        &self.file.family
    }

    /// Where the family's names and shapes are from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.file.source
    }

    /// All tensors in the order of the model.
    ///
    /// # Errors
    /// [`Error::UnknownField`]; [`Error::Config`] for an architecture that the family does not have; [`Error::Blueprint`] where
    /// the config lacks a number or its numbers do not go together.
    pub fn tensors(&self) -> Result<Vec<Tensor>> {
        let reading = Reading::new(&self.file, Config(&self.config), self.dtype)?;
        reading.check_fields(library::common(), &self.ignored)?;
        reading.tensors()
    }

    /// The `model_type`s that have a blueprint, by name.
    #[must_use]
    pub fn model_types() -> Vec<&'static str> {
        library::model_types()
    }
}

fn read(json: &str) -> Result<Value> {
    let wrong =
        |what: String| Error::Config { what, required: "the text of a config.json is required".into() };
    let value: Value = serde_json::from_str(json).map_err(|error| wrong(format!("is no JSON ({error})")))?;
    if value.is_object() { Ok(value) } else { Err(wrong("is no JSON object".into())) }
}

fn dtype(name: &str) -> Option<Dtype> {
    match name.strip_prefix("torch.").unwrap_or(name) {
        "float32" | "float" => Some(Dtype::F32),
        "float64" | "double" => Some(Dtype::F64),
        "float16" | "half" => Some(Dtype::F16),
        "bfloat16" => Some(Dtype::BF16),
        _ => None,
    }
}

impl fmt::Debug for Blueprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blueprint({}, {})", self.file.family, self.dtype)
    }
}
