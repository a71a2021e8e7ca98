//! Truncated normal: the same word, its probability mapped into the window, the same quantile.
//!
//! With `U` the word's lower probability and `V = 1 − U` (both from exact integers), the value has
//! lower tail `P = Φ(α) + U·h` and upper tail `Q = 1−Φ(β) + V·h`, where `h = Φ(β) − Φ(α)`. Both are
//! sums of positive terms, so the smaller one keeps its digits however far out the window lies;
//! `x = P − Q` comes from its own exact difference. An infinite window is the plain normal.

use crate::distribution::Window;
use crate::kernel::Simd;
use crate::transform::rows::Transform;
use crate::transform::wide::{Wide, clamp};

/// `value = clamp(fma(z, std, mean))`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truncated<W> {
    pub(crate) mean: W,
    pub(crate) std: W,
    /// `2·Φ(α)` and `2·(1 − Φ(β))`.
    pub(crate) below: W,
    pub(crate) above: W,
    /// `h`.
    pub(crate) probability: W,
    /// `Φ(α) − (1 − Φ(β))`.
    pub(crate) tilt: W,
    pub(crate) lo: W,
    pub(crate) up: W,
}

impl<W: Wide> Truncated<W> {
    /// `lo` and `up` are the window's bounds as the dtype has them, inside the window.
    pub(crate) fn new(mean: f64, std: f64, window: &Window, lo: f64, up: f64) -> Self {
        Self {
            mean: W::from_f64(mean),
            std: W::from_f64(std),
            below: W::from_f64(2.0 * window.below),
            above: W::from_f64(2.0 * window.above),
            probability: W::from_f64(window.probability),
            tilt: W::from_f64(window.below - window.above),
            lo: W::from_f64(lo),
            up: W::from_f64(up),
        }
    }
}

impl<W: Wide> Truncated<W> {
    /// Twice the smaller tail, and `P − Q`, of the words with `2u` and `±(1 − 2u)`.
    #[inline(always)]
    fn tail<S: Simd>(&self, simd: S, [two_u, x]: [W::Row<S>; 2]) -> [W::Row<S>; 2] {
        let one = W::row(simd, W::ONE);
        let [probability, below] = [W::row(simd, self.probability), W::row(simd, self.below)];
        // Twice U and twice V: the word's tail on its own side, two minus it on the other.
        let two_lower = W::choose_negative(simd, x, two_u, W::add(simd, one, x));
        let two_upper = W::choose_negative(simd, x, W::sub(simd, one, x), two_u);
        let lower = W::fma(simd, two_lower, probability, below);
        let upper = W::fma(simd, two_upper, probability, W::row(simd, self.above));
        [W::min(simd, lower, upper), W::fma(simd, x, probability, W::row(simd, self.tilt))]
    }
}

impl<W: Wide> Transform<W> for Truncated<W> {
    #[inline(always)]
    fn rows<S: Simd, const R: usize>(&self, simd: S, words: &[W::Word<S>; R]) -> [W::Row<S>; R] {
        let [mean, std] = [W::row(simd, self.mean), W::row(simd, self.std)];
        let (mut two_u, mut x) = ([mean; R], [mean; R]);
        for r in 0..R {
            [two_u[r], x[r]] = self.tail(simd, W::tails(simd, words[r]));
        }
        let mut z = W::quantile(simd, &two_u, &x);
        for r in 0..R {
            z[r] = clamp(simd, W::fma(simd, z[r], std, mean), self.lo, self.up);
        }
        z
    }
}
