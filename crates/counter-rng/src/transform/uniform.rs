//! Uniform on `[lo, up]`: the word's top bits, centred exactly, scaled once.

use crate::kernel::Simd;
use crate::transform::rows::Transform;
use crate::transform::wide::{Wide, clamp};

/// `value = clamp(fma(c, scale, centre))` with `c` symmetric about zero.
///
/// binary32: `c = (w >> 8) − 8388607.5`, `scale = (up−lo)/2·2⁻²³`; binary64: `c = (w >> 11) −
/// 4503599627370495.5`, `scale = (up−lo)/2·2⁻⁵²`. `c` is exact, and so is its mean of zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uniform<W> {
    pub(crate) centre: W,
    pub(crate) scale: W,
    /// The bounds as the dtype has them, inside the distribution's.
    pub(crate) lo: W,
    pub(crate) up: W,
}

impl<W: Wide> Transform<W> for Uniform<W> {
    #[inline(always)]
    fn rows<S: Simd, const R: usize>(&self, simd: S, words: &[W::Word<S>; R]) -> [W::Row<S>; R] {
        let [scale, centre] = [W::row(simd, self.scale), W::row(simd, self.centre)];
        let mut out = [centre; R];
        for r in 0..R {
            let value = W::fma(simd, W::centred(simd, words[r]), scale, centre);
            out[r] = clamp(simd, value, self.lo, self.up);
        }
        out
    }
}
