//! A tensor that a model has: its name, dtype and shape.

use candle_init_checkpoint::Dtype;
use serde::{Deserialize, Serialize};

/// What is known of a tensor before it has values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tensor {
    /// Its name, as files have it.
    pub name: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its dimensions; none for a single number.
    pub shape: Vec<usize>,
}
