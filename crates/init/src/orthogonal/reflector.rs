//! Householder reflectors of Gaussian vectors.

use counter_rng::product::Scalar;
use counter_rng::{Distribution, Kernel, Stream};
use rayon::prelude::*;

use crate::error::Result;

/// Where the Gaussian vectors of a panel are: that of column `k` starts with element `start + k·stride`.
#[derive(Clone, Copy)]
pub(super) struct Draw<'a> {
    pub(super) kernel: Kernel,
    pub(super) stream: &'a Stream,
    pub(super) start: u64,
    pub(super) stride: u64,
}

/// What a reflector is beside its vector.
pub(super) struct End {
    /// The sign of the number that it turns its Gaussian vector into.
    pub(super) sign: f64,
    /// `H = I − v·vᵀ/τ`.
    pub(super) tau: f64,
}

impl Draw<'_> {
    /// Draws the columns of `v`, `height` values each with others behind them: column `k` is a reflector from row `k` on.
    pub(super) fn reflectors<T: Scalar>(self, v: &mut [T], height: usize, stride: usize) -> Result<Vec<End>> {
        let normal = Distribution::normal(0.0, 1.0)?;
        let draw = |(k, column): (usize, &mut [T])| {
            let (zeros, x) = column[..height].split_at_mut(k);
            zeros.fill(T::nearest(0.0));
            self.stream.fill_with(self.kernel, &normal, self.start + k as u64 * self.stride, x)?;
            Ok(reflector(x))
        };
        // Fewer values than these take less time than a thread takes to wake.
        let least = (1 << 12) / stride.max(1) + 1;
        v.par_chunks_mut(stride).enumerate().with_min_len(least).map(draw).collect()
    }
}

/// Turns `x` into the `v` of the reflector that turns it into `−sign(x₀)·‖x‖·e₀`: `x + sign(x₀)·‖x‖·e₀`, scaled
/// to `v₀ = 1`. `τ = ‖v‖²/2` is taken of the rounded `v`, so that the reflector is as orthogonal as can be.
fn reflector<T: Scalar>(x: &mut [T]) -> End {
    let (head, norm): (f64, f64) = (x[0].into(), squares(x).sqrt());
    let sign = if head < 0.0 { -1.0 } else { 1.0 };
    let pivot = if norm > 0.0 { head + sign * norm } else { 1.0 };
    for value in x.iter_mut() {
        *value = T::nearest((*value).into() / pivot);
    }
    x[0] = T::nearest(1.0);
    End { sign: -sign, tau: squares(x) / 2.0 }
}

/// `‖x‖²` in `f64`: sixteen sums, of the elements with the same index modulo 16, and those added up.
fn squares<T: Scalar>(x: &[T]) -> f64 {
    let mut lanes = [0.0; 16];
    let mut add = |chunk: &[T]| {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            let value: f64 = value.into();
            *lane += value * value;
        }
    };
    let (chunks, rest) = x.as_chunks::<16>();
    chunks.iter().for_each(|chunk| add(chunk));
    add(rest);
    lanes.into_iter().fold(0.0, |sum, lane| sum + lane)
}
