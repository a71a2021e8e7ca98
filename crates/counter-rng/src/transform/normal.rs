//! Normal: one word, its sign bit, and the quantile of the other bits.

use crate::kernel::Simd;
use crate::transform::rows::Transform;
use crate::transform::wide::Wide;

/// `value = fma(±z, std, mean)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normal<W> {
    pub(crate) mean: W,
    pub(crate) std: W,
}

impl<W: Wide> Transform<W> for Normal<W> {
    #[inline(always)]
    fn rows<S: Simd, const R: usize>(&self, simd: S, words: &[W::Word<S>; R]) -> [W::Row<S>; R] {
        let [mean, std] = [W::row(simd, self.mean), W::row(simd, self.std)];
        let (mut two_u, mut x) = ([mean; R], [mean; R]);
        for r in 0..R {
            [two_u[r], x[r]] = W::tails(simd, words[r]);
        }
        let mut z = W::quantile(simd, &two_u, &x);
        for r in 0..R {
            z[r] = W::fma(simd, z[r], std, mean);
        }
        z
    }
}
