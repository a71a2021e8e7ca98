//! One pass over a tensor's elements, a chunk at a time: sums, a hash of each row's start, a sample.

use std::sync::Mutex;

use crate::Result;
use crate::parameters::element::{self, Buffer};
use crate::parameters::source;
use crate::parameters::source::{Entry, Source};
use crate::parameters::sums::Sums;

/// Bytes that are read at a time: enough that a call, and what is done once a chunk, cost little beside them; a
/// quarter of it was measured to be a fifth slower.
const CHUNK: usize = 1 << 20;

/// Elements of a tensor that are looked at one by one.
pub(crate) const SAMPLE: usize = 4096;

/// Most rows, or elements of a row, that are looked at for doubles: memory for it stays below some 16 MiB.
pub(crate) const MOST: usize = 1 << 20;

/// Bytes at a row's start that are hashed.
const START: usize = 32;

/// Consecutive elements of one tensor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    pub(crate) tensor: usize,
    pub(crate) first: usize,
    pub(crate) count: usize,
}

/// What one pass finds of a tensor, or of a part of it.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) sums: Sums,
    /// A hash of the first bytes of each row, where doubles are looked for.
    pub(crate) rows: Vec<u64>,
    /// Values at even steps, with their places.
    pub(crate) sample: Vec<(usize, f64)>,
}

impl Scan {
    pub(crate) const NONE: Self = Self { sums: Sums::NONE, rows: Vec::new(), sample: Vec::new() };

    /// This and what follows it.
    pub(crate) fn and(mut self, mut next: Self) -> Self {
        self.rows.append(&mut next.rows);
        self.sample.append(&mut next.sample);
        Self { sums: self.sums.and(next.sums), ..self }
    }
}

/// The chunks of a tensor: whole rows, or parts of one row where a row is longer. They follow from shape and
/// dtype alone, so no sum depends on the number of threads.
pub(crate) fn units(tensor: usize, entry: &Entry) -> impl Iterator<Item = Unit> + use<> {
    let most = entry.width().map_or(usize::MAX, |width| CHUNK / width);
    let count = if entry.width().is_some() { entry.count } else { 0 };
    let row = entry.matrix().map_or(1, |(_, row)| row);
    let step = if row <= most { most / row * row } else { row };
    (0..count).step_by(step.max(1)).flat_map(move |start| {
        let end = count.min(start + step);
        let part = move |first| Unit { tensor, first, count: most.min(end - first) };
        (start..end).step_by(most).map(part)
    })
}

/// Buffers that are handed from chunk to chunk: memory that is taken anew costs more than the chunk itself.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Buffer>>);

impl Pool {
    /// Reads a unit and shows its bytes.
    pub(crate) fn read<T>(
        &self,
        source: &dyn Source,
        unit: Unit,
        then: impl FnOnce(&Entry, &[u8]) -> T,
    ) -> Result<T> {
        let entry = source::entry(source, unit.tensor)?;
        let mut buffer = self.lock().pop().unwrap_or_default();
        let bytes = buffer.bytes(unit.count * entry.width().unwrap_or(0));
        let outcome = source.read(unit.tensor, unit.first, bytes).map(|()| then(entry, bytes));
        self.lock().push(buffer);
        outcome
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Buffer>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One pass over a unit.
pub(crate) fn scan(source: &dyn Source, unit: Unit, pool: &Pool) -> Result<Scan> {
    pool.read(source, unit, |entry, bytes| Scan {
        sums: element::sums(entry.dtype, bytes),
        rows: starts(entry, unit, bytes),
        sample: sample(entry, unit, bytes),
    })
}

/// The values of a unit at even steps. Steps are odd, so that they do not stay in one column.
fn sample(entry: &Entry, unit: Unit, bytes: &[u8]) -> Vec<(usize, f64)> {
    let step = (entry.count / SAMPLE) | 1;
    let places = (unit.first.next_multiple_of(step)..unit.first + unit.count).step_by(step);
    let values = element::values(entry.dtype, bytes, places.clone().map(|place| place - unit.first));
    places.zip(values).collect()
}

/// Hashes of the rows that start in a unit.
fn starts(entry: &Entry, unit: Unit, bytes: &[u8]) -> Vec<u64> {
    let Some(((rows, row), width)) = entry.matrix().zip(entry.width()) else { return Vec::new() };
    if !(2..=MOST).contains(&rows) || !unit.first.is_multiple_of(row) {
        return Vec::new();
    }
    let start = START.min(row * width);
    bytes.chunks(row * width).map(|row| hash(0, row.get(..start).unwrap_or(row))).collect()
}

/// A quick hash that goes on from another.
pub(crate) fn hash(from: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let last = rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
    words.iter().map(|word| u64::from_le_bytes(*word)).chain([last]).fold(from, |hash, word| {
        let mixed = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 29
    })
}
