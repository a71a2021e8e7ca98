//! A tensor's bytes as a file has them, piece by piece.

use candle_init::Lazy;
use candle_init_checkpoint::{Layout, Slot};

use crate::error::Result;
use crate::place::Place;

/// A file's place, name and layout.
#[derive(Clone, Copy)]
pub(crate) struct LaidOut<'a> {
    pub(crate) place: &'a Place,
    pub(crate) name: &'a str,
    pub(crate) layout: &'a Layout,
}

/// Bytes of a piece: large enough that all threads have work, small enough for the second cache, from which it is written.
pub(crate) const PIECE: usize = 1 << 21;

/// Pieces that wait for the disk, or for what is drawn.
pub(crate) const WAITING: usize = 8;

/// Draws the bytes of a tensor from byte `start` on, little-endian. What its slot has beyond its values is padding: zeros.
pub(crate) fn draw(lazy: &Lazy, slot: &Slot, start: u64, out: &mut [u8]) -> Result<()> {
    let width = (slot.dtype.bitsize() / 8).max(1);
    let first = usize::try_from(start).unwrap_or(usize::MAX) / width;
    let values = lazy.shape().elem_count().saturating_sub(first).saturating_mul(width);
    let (out, padding) = out.split_at_mut(values.min(out.len()));
    padding.fill(0);
    lazy.read(first, out)?;
    if cfg!(target_endian = "big") {
        out.chunks_mut(width).for_each(<[u8]>::reverse);
    }
    Ok(())
}

/// Where pieces of so many bytes begin, and how long each is.
pub(crate) fn pieces(size: u64) -> impl Iterator<Item = (u64, usize)> {
    (0..size)
        .step_by(PIECE)
        .map(move |start| (start, usize::try_from(size - start).unwrap_or(PIECE).min(PIECE)))
}
