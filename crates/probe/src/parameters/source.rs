//! Where the elements of parameters are read from, piece by piece.

use safetensors::Dtype;

use crate::parameters::element;
use crate::{Error, Result};

/// One tensor of a source.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: Dtype,
    /// How many elements.
    pub(crate) count: usize,
}

impl Entry {
    /// Neurons and what each reads: `shape[0]` by all the rest. `None` for what is no matrix: fewer than two
    /// dimensions other than 1.
    pub(crate) fn matrix(&self) -> Option<(usize, usize)> {
        let real = self.shape.iter().filter(|&&dim| dim > 1).count();
        let rows = self.shape.first().copied().unwrap_or(0);
        (real > 1 && self.count > 0).then(|| (rows, self.count / rows))
    }

    /// Bytes of an element, where elements are measured.
    pub(crate) fn width(&self) -> Option<usize> {
        element::width(self.dtype)
    }
}

/// Tensors whose elements are read in any order, by any number of threads.
pub(crate) trait Source: Sync {
    /// The tensors, in name order.
    fn entries(&self) -> &[Entry];

    /// Fills `out` with whole elements of a tensor from `first` on, in the machine's byte order.
    ///
    /// # Errors
    /// What the file or the device says.
    fn read(&self, tensor: usize, first: usize, out: &mut [u8]) -> Result<()>;

    /// The tensor with a name.
    fn find(&self, name: &str) -> Option<usize> {
        self.entries().binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()
    }
}

/// Elements of a tensor, where there is one; a source is only asked for what it says it has.
pub(crate) fn entry(source: &dyn Source, tensor: usize) -> Result<&Entry> {
    source.entries().get(tensor).ok_or(Error::Number {
        parameter: "tensor",
        value: tensor as f64,
        required: "the number of a tensor",
    })
}
