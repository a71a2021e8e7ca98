//! A few Householder reflectors as one: `H₀·H₁ ⋯ H₍width₋₁₎ = I − V·T⁻¹·Vᵀ`.

use counter_rng::{Distribution, Stream};
use faer::linalg::{matmul::matmul, triangular_solve::solve_upper_triangular_in_place};
use faer::prelude::{Reborrow, ReborrowMut};
use faer::traits::math_utils::one;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::{Scalar, zeros};
use crate::error::Result;

/// Reflectors that are applied together. Another number rounds otherwise, so it is part of the values.
pub(super) const PANEL: usize = 64;

/// Columns that a thread takes at a time. Fixed, so that the bits do not depend on who takes them.
const STRIP: usize = 128;

/// Memory for one panel of reflectors after the other.
pub(super) struct Workspace<T> {
    v: Vec<T>,
    t: Vec<T>,
    w: Vec<T>,
}

impl<T: Scalar> Workspace<T> {
    /// Enough for every panel of a `long × short` matrix.
    pub(super) fn new(long: usize, short: usize) -> Result<Self> {
        let width = PANEL.min(short);
        Ok(Self { v: zeros(long * width)?, t: zeros(width * width)?, w: zeros(width * short)? })
    }

    /// Multiplies `q`, which is zero in its first rows and columns, by the reflectors of its first columns and
    /// by the signs that belong to them.
    pub(super) fn reflect(&mut self, mut q: MatMut<'_, T>, at: Draw<'_>) -> Result<()> {
        let (height, width) = (q.nrows(), PANEL.min(q.ncols()));
        let v = &mut self.v[..height * width];
        v.fill(T::nearest(0.0));
        let ends = at.reflectors(v, height)?;
        let v = MatRef::from_column_major_slice(v, height, width);
        let mut t = MatMut::from_column_major_slice_mut(&mut self.t[..width * width], width, width);
        gram(v, t.rb_mut());
        for (k, end) in ends.iter().enumerate() {
            (t[(k, k)], q[(k, k)]) = (T::nearest(end.tau), T::nearest(end.sign));
        }
        let w = MatMut::from_column_major_slice_mut(&mut self.w[..width * q.ncols()], width, q.ncols());
        apply(v, t.rb(), q, w);
        Ok(())
    }
}

/// Where the Gaussian vectors of a panel are: that of column `k` starts with element `start + k·stride`.
#[derive(Clone, Copy)]
pub(super) struct Draw<'a> {
    pub(super) stream: &'a Stream,
    pub(super) start: u64,
    pub(super) stride: u64,
}

/// What a reflector is beside its vector.
struct End {
    /// The sign of the number that it turns its Gaussian vector into.
    sign: f64,
    /// `H = I − v·vᵀ/τ`.
    tau: f64,
}

impl Draw<'_> {
    /// Draws the columns of `v`, which are zero: column `k` is a reflector from row `k` on.
    fn reflectors<T: Scalar>(self, v: &mut [T], height: usize) -> Result<Vec<End>> {
        let normal = Distribution::normal(0.0, 1.0)?;
        let draw = |(k, column): (usize, &mut [T])| {
            let x = &mut column[k..];
            self.stream.fill(&normal, self.start + k as u64 * self.stride, x)?;
            Ok(reflector(x))
        };
        v.par_chunks_exact_mut(height).enumerate().map(draw).collect()
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

/// `‖x‖²`, summed in `f64` over lanes, which the compiler keeps in registers.
fn squares<T: Scalar>(x: &[T]) -> f64 {
    let (chunks, rest) = x.as_chunks::<16>();
    let mut lanes = [0.0; 16];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            let value: f64 = value.into();
            *lane += value * value;
        }
    }
    let rest = rest.iter().map(|&value| value.into() * value.into());
    lanes.into_iter().chain(rest).sum()
}

/// `Vᵀ·V`; what lies below the diagonal is not used.
fn gram<T: Scalar>(v: MatRef<'_, T>, t: MatMut<'_, T>) {
    matmul(t, Accum::Replace, v.transpose(), v, one::<T>(), Par::Seq);
}

/// `Q −= V·(T⁻¹·(Vᵀ·Q))`, by strips of columns.
fn apply<T: Scalar>(v: MatRef<'_, T>, t: MatRef<'_, T>, q: MatMut<'_, T>, w: MatMut<'_, T>) {
    let strip = |(q, mut w): (MatMut<'_, T>, MatMut<'_, T>)| {
        matmul(w.rb_mut(), Accum::Replace, v.transpose(), q.rb(), one::<T>(), Par::Seq);
        solve_upper_triangular_in_place(t, w.rb_mut(), Par::Seq);
        matmul(q, Accum::Add, v, w.rb(), -one::<T>(), Par::Seq);
    };
    q.par_col_chunks_mut(STRIP).zip(w.par_col_chunks_mut(STRIP)).for_each(strip);
}
