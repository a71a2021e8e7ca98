//! From a word to the exact value, of which the shipped samplers give the nearest they can.
//!
//! A word stands for one of 2³² equal intervals of probability, and the value sits at the middle of its own.
//! For the normal distributions bit 31 is the sign and the other bits count from the tail, see [`rank`].

use crate::{gauss, upper_quantile};

/// `2⁻³²`.
const STEP: f64 = 1.0 / 4_294_967_296.0;

/// Uniform on `[lo, up]`: the 24 high bits of `w`, centred, so that the grid is symmetric about the middle.
#[must_use]
pub fn uniform(w: u32, lo: f64, up: f64) -> f64 {
    let c = f64::from(w >> 8) - 8_388_607.5;
    c * ((up - lo) / 2.0 / 8_388_608.0) + (lo + up) / 2.0
}

/// Normal: bit 31 is the sign, the other bits `m` give the tail probability `(m + ½)·2⁻³²` of `|z|`.
#[must_use]
pub fn normal(w: u32, mean: f64, std: f64) -> f64 {
    let m = f64::from(w & 0x7FFF_FFFF);
    let half_minus_u = (2_147_483_647.5 - m) * STEP;
    let z = upper_quantile((m + 0.5) * STEP, half_minus_u);
    let sign = if w >> 31 == 1 { -1.0 } else { 1.0 };
    mean + sign * std * z
}

/// The place of a word among the 2³² in the order of the normal values that they stand for: the words with
/// the sign bit count up from the lower tail, the others down from the upper one.
#[must_use]
pub fn rank(w: u32) -> u32 {
    if w >> 31 == 1 { w & 0x7FFF_FFFF } else { !w }
}

/// Normal cut to `[a, b]`: `mean + std·Φ⁻¹(P)` at `P = Φ(α) + t·(Φ(β) − Φ(α))`, with `t = (rank + ½)·2⁻³²`
/// and `α`, `β` the standardised cuts; a cut may be infinite. Holds while the nearer cut is within 37 `std` of
/// `mean`: further out the tail is no longer a normal `f64`.
#[must_use]
pub fn truncated(w: u32, mean: f64, std: f64, a: f64, b: f64) -> f64 {
    let t = (f64::from(rank(w)) + 0.5) * STEP;
    let z = truncated_z(t, (a - mean) / std, (b - mean) / std);
    (mean + std * z).max(a).min(b)
}

/// `Φ⁻¹` at the fraction `t` of the way from `Φ(α)` to `Φ(β)`.
///
/// Each tail is a mean of positive terms and loses nothing. The distance to the median is written
/// about `t = ½`, where symmetric cuts cancel exactly.
fn truncated_z(t: f64, alpha: f64, beta: f64) -> f64 {
    let lower = (1.0 - t) * gauss::upper(-alpha) + t * gauss::upper(-beta);
    let upper = (1.0 - t) * gauss::upper(alpha) + t * gauss::upper(beta);
    let (from, to) = (gauss::centred(alpha), gauss::centred(beta));
    let past_half = (from + to) / 2.0 + (t - 0.5) * (to - from);
    upper_quantile(lower.min(upper), past_half.abs()).copysign(past_half)
}
