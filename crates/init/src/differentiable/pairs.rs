//! Which elements of a head a rotary embedding turns together.

use candle_core::{Result, Tensor};

/// The three layouts of candle's rotary embeddings.
#[derive(Clone, Copy)]
pub(super) enum Pairs {
    /// (batch, heads, length, size): element `i` turns with `i + size/2`.
    Halves,
    /// (batch, heads, length, size): element `2i` turns with `2i + 1`.
    Neighbours,
    /// (batch, length, heads, size): element `i` turns with `i + size/2`.
    HalvesByLength,
}

impl Pairs {
    /// The first and the second elements of all pairs, (batch, heads, length, size/2) or with length before heads.
    pub(super) fn parts(self, x: &Tensor) -> Result<[Tensor; 2]> {
        let (a, b, c, size) = x.dims4()?;
        let (paired, axis) = match self {
            Self::Neighbours => (x.reshape((a, b, c, size / 2, 2))?, 4),
            Self::Halves | Self::HalvesByLength => (x.reshape((a, b, c, 2, size / 2))?, 3),
        };
        Ok([paired.narrow(axis, 0, 1)?.squeeze(axis)?, paired.narrow(axis, 1, 1)?.squeeze(axis)?])
    }

    /// The axis of the heads, which share the angles.
    pub(super) fn heads(self) -> usize {
        match self {
            Self::Halves | Self::Neighbours => 1,
            Self::HalvesByLength => 2,
        }
    }
}
