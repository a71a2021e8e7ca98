//! Uniform on `[lo, up]`: the word's top bits, centred exactly, scaled once.

use crate::philox::{LANES, Lanes};
use crate::transform::wide::clamp;
use crate::transform::{Transform, Wide};

/// `value = clamp(fma(c, scale, centre))` with `c` symmetric about zero.
///
/// binary32: `c = (w >> 8) − 8388607.5`, `scale = (up−lo)/2·2⁻²³`; binary64: `c = (w >> 11) −
/// 4503599627370495.5`, `scale = (up−lo)/2·2⁻⁵²`. `c` is exact, and so is its mean of zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uniform<W> {
    pub(crate) centre: W,
    pub(crate) scale: W,
    /// The bounds as the dtype has them, inside the law's.
    pub(crate) lo: W,
    pub(crate) up: W,
}

impl<W: Wide> Transform<W> for Uniform<W> {
    #[inline(always)]
    fn lanes(&self, high: &Lanes<u32>, low: &Lanes<u32>) -> Lanes<W> {
        let mut out = W::centred(high, low);
        for l in 0..LANES {
            out[l] = clamp(out[l].fma(self.scale, self.centre), self.lo, self.up);
        }
        out
    }
}
