//! A named tensor whose elements are read piece by piece, wherever they lie.

use std::fmt;

use candle_core::TensorId;
use candle_init_checkpoint::Dtype;

use crate::error::Result;
use crate::parameters::reading::dtype;

/// Elements that are read in any order, by any number of threads.
pub(crate) trait Elements: Send + Sync {
    /// Fills `out` with whole elements from `first` on, in the machine's byte order.
    ///
    /// # Errors
    /// What the file or the device says.
    fn read(&self, first: usize, out: &mut [u8]) -> Result<()>;
}

/// One tensor of a map or a file.
pub(crate) struct Stored {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: Dtype,
    /// How many elements.
    pub(crate) count: usize,
    /// The identity of a variable: one under two names is tied, not copied. A file does not know it.
    pub(crate) id: Option<TensorId>,
    pub(crate) elements: Box<dyn Elements>,
}

impl Stored {
    /// Neurons and what each reads: `shape[0]` by all the rest. `None` for what is no matrix: fewer than two
    /// dimensions other than 1.
    pub(crate) fn matrix(&self) -> Option<(usize, usize)> {
        let real = self.shape.iter().filter(|&&dim| dim > 1).count();
        let rows = self.shape.first().copied().unwrap_or(0);
        (real > 1 && self.count > 0).then(|| (rows, self.count / rows))
    }

    /// Bytes of an element, where elements are measured.
    pub(crate) fn width(&self) -> Option<usize> {
        dtype::width(self.dtype)
    }

    /// Bytes of all elements that are measured.
    pub(crate) fn bytes(&self) -> u64 {
        (self.count * self.width().unwrap_or(0)) as u64
    }

    /// Whether its dtype is one that weights have.
    pub(crate) fn is_float(&self) -> bool {
        dtype::steps(self.dtype).is_some()
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {}", self.name, self.shape, dtype::name(self.dtype))
    }
}

/// The tensor with a name, of tensors in name order.
pub(crate) fn find<'a>(tensors: &'a [Stored], name: &str) -> Option<&'a Stored> {
    let found = tensors.binary_search_by(|tensor| tensor.name.as_str().cmp(name));
    found.ok().and_then(|index| tensors.get(index))
}
