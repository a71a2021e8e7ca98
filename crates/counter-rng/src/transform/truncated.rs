//! Truncated normal: the same word, its probability mapped into the window, the same quantile.
//!
//! With `U` the word's lower probability and `V = 1 − U` (both from exact integers), the value has
//! lower tail `P = Φ(α) + U·h` and upper tail `Q = 1−Φ(β) + V·h`, where `h = Φ(β) − Φ(α)`. Both are
//! sums of positive terms, so the smaller one keeps its digits however far out the window lies;
//! `x = P − Q` comes from its own exact difference. An infinite window is the plain normal.

use crate::law::Window;
use crate::philox::{LANES, Lanes};
use crate::transform::wide::clamp;
use crate::transform::{Transform, Wide};

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
    /// Twice the smaller tail, and `P − Q`, of the word with `2u` and `±(1 − 2u)`.
    #[inline(always)]
    fn tail(&self, two_u: W, x: W) -> (W, W) {
        // Twice U and twice V: the word's tail on its own side, two minus it on the other.
        let (two_lower, two_upper) = if x < W::ZERO { (two_u, W::ONE - x) } else { (W::ONE + x, two_u) };
        let lower = two_lower.fma(self.probability, self.below);
        let upper = two_upper.fma(self.probability, self.above);
        let smaller = if lower < upper { lower } else { upper };
        (smaller, x.fma(self.probability, self.tilt))
    }
}

impl<W: Wide> Transform<W> for Truncated<W> {
    #[inline(always)]
    fn lanes(&self, high: &Lanes<u32>, low: &Lanes<u32>) -> Lanes<W> {
        let [mut two_u, mut x] = W::tails(high, low);
        for l in 0..LANES {
            (two_u[l], x[l]) = self.tail(two_u[l], x[l]);
        }
        let mut out = W::quantile(&two_u, &x);
        for l in 0..LANES {
            out[l] = clamp(out[l].fma(self.std, self.mean), self.lo, self.up);
        }
        out
    }
}
