//! Normal: one word, its sign bit, and the quantile of the other bits.

use crate::philox::{LANES, Lanes};
use crate::transform::{Transform, Wide};

/// `value = fma(±z, std, mean)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normal<W> {
    pub(crate) mean: W,
    pub(crate) std: W,
}

impl<W: Wide> Transform<W> for Normal<W> {
    #[inline(always)]
    fn lanes(&self, high: &Lanes<u32>, low: &Lanes<u32>) -> Lanes<W> {
        let [two_u, x] = W::tails(high, low);
        let mut out = W::quantile(&two_u, &x);
        for l in 0..LANES {
            out[l] = out[l].fma(self.std, self.mean);
        }
        out
    }
}
