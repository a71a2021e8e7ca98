//! Names and shapes from what exists: a checkpoint, or a file of shapes.

use std::fmt;
use std::path::Path;

use candle_init_checkpoint::{Checkpoint, Dtype};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// The tensors of a checkpoint: a file, an index with its files, or a folder. File by file, and in each in the order of
/// names: the order of its model is not written down.
///
/// # Errors
/// [`Error::Checkpoint`] for what is none.
pub fn like(path: impl AsRef<Path>) -> Result<Vec<Tensor>> {
    let checkpoint = Checkpoint::open(path)?;
    let mut tensors: Vec<_> = checkpoint.tensors().collect();
    tensors.sort_by(|a, b| (a.path(), a.name()).cmp(&(b.path(), b.name())));
    let tensor = |tensor: &candle_init_checkpoint::Tensor| Tensor {
        name: tensor.name().into(),
        dtype: tensor.dtype(),
        shape: tensor.shape().into(),
    };
    Ok(tensors.into_iter().map(tensor).collect())
}

/// The tensors of a file of shapes, in its order: an object with `"name": [4, 3]`, or `"name": {"shape": [4, 3], "dtype":
/// "BF16"}`; without a dtype it is `dtype`.
///
/// ```
/// use candle_init_models::{Dtype, shapes};
/// let tensors = shapes(r#"{"fc.weight": [4, 3], "fc.bias": {"shape": [4], "dtype": "F32"}}"#, Dtype::BF16)?;
/// assert_eq!((tensors[0].dtype, tensors[1].dtype), (Dtype::BF16, Dtype::F32));
/// # Ok::<(), candle_init_models::Error>(())
/// ```
///
/// # Errors
/// [`Error::Document`] with line and column.
pub fn shapes(json: &str, dtype: Dtype) -> Result<Vec<Tensor>> {
    let Listed(listed) = serde_json::from_str(json).map_err(|error| Error::Document {
        path: "shapes".into(),
        what: format!(
            "{error}; an object is required with `\"name\": [4, 3]` or `\"name\": {{\"shape\": [4, 3], \"dtype\": \"BF16\"}}`"
        ),
    })?;
    let tensor = |(name, form): (String, Form)| match form {
        Form::Shape(shape) => Tensor { name, dtype, shape },
        Form::Full { shape, dtype: own } => Tensor { name, dtype: own.unwrap_or(dtype), shape },
    };
    Ok(listed.into_iter().map(tensor).collect())
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a shape, or an object with `shape` and `dtype`, is required")]
enum Form {
    Shape(Vec<usize>),
    Full { shape: Vec<usize>, dtype: Option<Dtype> },
}

/// Names in the order of the file.
struct Listed(Vec<(String, Form)>);

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Listed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a shape for each name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listed, A::Error> {
                let mut listed = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    listed.push(entry);
                }
                Ok(Listed(listed))
            }
        }
        deserializer.deserialize_map(List)
    }
}
