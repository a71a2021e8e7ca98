//! Consecutive elements of a tensor, read into memory that is used again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::parameters::reading::dtype;
use crate::parameters::reading::stored::Stored;

/// Bytes that are read at a time: enough that a call, and what is done once a piece, cost little beside them; a
/// quarter of it was measured to be a fifth slower.
const PIECE: usize = 1 << 20;

/// Consecutive elements of one tensor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) tensor: &'a Stored,
    pub(crate) first: usize,
    pub(crate) count: usize,
}

impl<'a> Piece<'a> {
    /// All of a tensor.
    pub(crate) fn whole(tensor: &'a Stored) -> Self {
        Self { tensor, first: 0, count: tensor.count }
    }

    /// One row of a matrix whose rows have this many elements.
    pub(crate) fn row(tensor: &'a Stored, index: usize, row: usize) -> Self {
        Self { tensor, first: index * row, count: row }
    }

    /// Its size in bytes.
    pub(crate) fn bytes(self) -> usize {
        self.count * self.tensor.width().unwrap_or(0)
    }

    /// Its elements as numbers, from its bytes.
    pub(crate) fn values(self, bytes: &[u8]) -> Vec<f64> {
        dtype::values(self.tensor.dtype, bytes, 0..self.count)
    }

    /// It in parts of at most so many elements.
    pub(crate) fn parts(self, most: usize) -> impl Iterator<Item = Self> {
        let part = move |at| Self { first: self.first + at, count: most.min(self.count - at), ..self };
        (0..self.count).step_by(most).map(part)
    }
}

/// A tensor in pieces: whole rows, or parts of one row where a row is longer. They follow from shape and
/// dtype alone, so no sum depends on the number of threads.
pub(crate) fn pieces(tensor: &Stored) -> impl Iterator<Item = Piece<'_>> {
    let most = tensor.width().map_or(usize::MAX, |width| PIECE / width);
    let count = if tensor.width().is_some() { tensor.count } else { 0 };
    let row = tensor.matrix().map_or(1, |(_, row)| row);
    let step = (if row <= most { most / row * row } else { row }).max(1);
    (0..count).step_by(step).flat_map(move |first| {
        let rows = Piece { tensor, first, count: step.min(count - first) };
        rows.parts(most)
    })
}

/// Buffers that are handed from piece to piece: memory that is taken anew costs more than the piece itself.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Buffer>>);

impl Pool {
    /// Reads a piece and shows its bytes.
    pub(crate) fn read<T>(&self, piece: Piece<'_>, then: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let mut buffer = self.lock().pop().unwrap_or_default();
        let bytes = buffer.bytes(piece.bytes());
        let outcome = piece.tensor.elements.read(piece.first, bytes).map(|()| then(bytes));
        self.lock().push(buffer);
        outcome
    }

    /// Reads a piece as numbers.
    pub(crate) fn values(&self, piece: Piece<'_>) -> Result<Vec<f64>> {
        self.read(piece, |bytes| piece.values(bytes))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Buffer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Memory for a piece, aligned for every dtype.
#[derive(Default)]
struct Buffer(Vec<u64>);

impl Buffer {
    /// The first `count` bytes.
    fn bytes(&mut self, count: usize) -> &mut [u8] {
        let words = count.div_ceil(8);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.0);
        bytes.get_mut(..count).unwrap_or_default()
    }
}
