//! Tensors of a checkpoint: positioned reads, nothing mapped, nothing kept.

use std::path::Path;

use candle_init_checkpoint::{Checkpoint, Tensor};

use crate::error::Result;
use crate::parameters::reading::stored::{Elements, Stored};

/// The tensors of a file, an index or a folder, in name order.
pub(crate) fn open(path: &Path) -> Result<Vec<Stored>> {
    Ok(Checkpoint::open(path)?.tensors().map(stored).collect())
}

fn stored(tensor: &Tensor) -> Stored {
    Stored {
        name: tensor.name().into(),
        shape: tensor.shape().to_vec(),
        dtype: tensor.dtype(),
        count: tensor.element_count(),
        id: None,
        elements: Box::new(tensor.clone()),
    }
}

impl Elements for Tensor {
    fn read(&self, first: usize, out: &mut [u8]) -> Result<()> {
        Ok(Self::read(self, first, out)?)
    }
}
