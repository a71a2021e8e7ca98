//! A tensor of a checkpoint: what the header says of it, and its elements.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use safetensors::Dtype;

use crate::error::{Error, Result};
use crate::file::Placed;
use crate::file::opened::Opened;
use crate::shown::shown;

/// A tensor of a [`Checkpoint`](crate::Checkpoint). A copy of one shares its file, which stays open as long as any does.
///
/// ```
/// use candle_init_checkpoint::{Checkpoint, Dtype};
/// let file = std::env::temp_dir().join("candle-init-checkpoint-tensor.safetensors");
/// let header = br#"{"scale":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}}"#;
/// std::fs::write(&file, [&(header.len() as u64).to_le_bytes()[..], header, &[1, 2, 3, 4]].concat())?;
///
/// let checkpoint = Checkpoint::open(&file)?;
/// let scale = checkpoint.tensor("scale")?;
/// assert_eq!((scale.shape(), scale.dtype(), scale.path()), (&[2, 2][..], Dtype::U8, &*file));
/// assert_eq!(*scale.bytes()?, [1, 2, 3, 4]);
/// let mut last = [0; 2];
/// scale.read(2, &mut last)?;
/// assert_eq!(last, [3, 4]);
/// # std::fs::remove_file(file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Tensor {
    name: Arc<str>,
    placed: Arc<Placed>,
    file: Arc<Opened>,
    renamed: bool,
}

impl Tensor {
    /// The tensors of a file, in name order.
    pub(crate) fn of_file(path: &Path) -> Result<Vec<Self>> {
        let (file, tensors) = Opened::open(path)?;
        let file = Arc::new(file);
        let tensor = |placed: Placed| Self {
            name: placed.name.clone(),
            placed: placed.into(),
            file: file.clone(),
            renamed: false,
        };
        Ok(tensors.into_iter().map(tensor).collect())
    }

    /// The name that it has now, shared.
    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.name.clone()
    }

    /// It under another name.
    pub(crate) fn under(&self, name: &str) -> Self {
        Self { name: name.into(), renamed: true, ..self.clone() }
    }

    /// Whether a renaming took it.
    pub(crate) fn is_renamed(&self) -> bool {
        self.renamed
    }

    /// The name that the model asks for: the one in the file, unless it was renamed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that it has in its file.
    #[must_use]
    pub fn name_in_file(&self) -> &str {
        &self.placed.name
    }

    /// Its dimensions; none for a single number.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.placed.shape
    }

    /// The type of its elements.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.placed.dtype
    }

    /// How many elements it has.
    #[must_use]
    pub fn element_count(&self) -> usize {
        self.placed.count
    }

    /// How many bytes its elements take.
    #[must_use]
    pub fn byte_count(&self) -> usize {
        self.placed.size
    }

    /// The file that it lies in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// All its elements as the file has them: row by row, little-endian, at any alignment. They are borrowed from the
    /// file's map, which takes memory only for what is looked at, and that the system can have back; where the system
    /// has no maps they are read.
    ///
    /// While the bytes are held nobody may write to the file or cut it: they would change under the reader's eyes, and to
    /// look beyond a new end ends the process. To replace the file by another of its name, as careful programs save, is
    /// no such change. [`Tensor::read`] makes no map.
    ///
    /// # Errors
    /// [`Error::Changed`] if the file's size is another than when it was opened; [`Error::Unreadable`] for what the system
    /// says.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>> {
        self.file.bytes(self.placed.offset, self.placed.size, &self.placed.name)
    }

    /// Fills `out` with elements from the one of index `first` on, in the machine's byte order, by a read at a position:
    /// any number of threads may read at a time, and nothing is mapped or kept.
    ///
    /// # Errors
    /// [`Error::Range`] for bytes that are no whole elements of the tensor; [`Error::Changed`] and [`Error::Unreadable`] as
    /// [`Tensor::bytes`].
    pub fn read(&self, first: usize, out: &mut [u8]) -> Result<()> {
        let (tensor, size) = (&self.placed.name, self.placed.size);
        let start = self.start(first, out.len()).ok_or_else(|| Error::Range {
            path: self.path().into(),
            tensor: tensor.to_string(),
            size,
            first,
            asked: out.len(),
        })?;
        self.file.fill(out, self.placed.offset.saturating_add(start as u64), tensor)?;
        if cfg!(target_endian = "big") {
            out.chunks_mut(number_width(self.dtype())).for_each(<[u8]>::reverse);
        }
        Ok(())
    }

    /// The byte of its data at which an element starts, if whole elements lie in so many bytes from there on.
    fn start(&self, first: usize, count: usize) -> Option<usize> {
        let bits = self.dtype().bitsize();
        let start = first.checked_mul(bits).filter(|start| start.is_multiple_of(8))? / 8;
        // Elements that are narrower than a byte fill bytes together.
        let whole = count.checked_mul(8)?.is_multiple_of(bits);
        (whole && start.checked_add(count)? <= self.placed.size).then_some(start)
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, path) = (shown(&*self.name), shown(self.path()));
        write!(f, "{name} {:?} {} in {path}", self.shape(), self.dtype())
    }
}

/// Bytes of a number, whose order is the machine's: a complex element has two.
fn number_width(dtype: Dtype) -> usize {
    match dtype {
        Dtype::C64 => 4,
        other => (other.bitsize() / 8).max(1),
    }
}
