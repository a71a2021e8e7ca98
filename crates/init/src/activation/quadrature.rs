//! Expectations over normal numbers.
//!
//! Gauss–Hermite quadrature is exact for polynomials. At a kink its error falls only as a power of the number of
//! nodes, and nothing tells. So the density is integrated over panels that are cut at known kinks and halved where
//! two Gauss–Kronrod rules disagree, which gives twelve digits for every activation and a bound on the error.

use std::f64::consts::PI;

use crate::activation::ScalarFunction;
use crate::activation::kronrod::{Estimate, Goal, Integral, integrate};
use crate::error::Error;
use crate::error::Result;

/// Half of the panels' edges: beyond 37 the density is below 1e-297.
const EDGES: [f64; 10] = [1.5, 3.0, 4.5, 6.0, 8.0, 11.0, 16.0, 23.0, 32.0, 37.0];
/// What lies outside of the last but one edge bounds what lies outside of the last.
const FAR: f64 = 32.0;
/// The tail, for an integrand that falls as `1/z²` or faster, in units of the integral from 32 to 37.
const TAIL: f64 = 8.0;
/// Edges for sums over a pair, whose square is known to be integrable.
const NEAR: usize = 7;
/// The relative error asked of an integral, and of the inner one of two.
const RELATIVE: f64 = 1e-13;
const INNER: f64 = 1e-12;
/// Squares below this have lost digits to underflow.
const SMALLEST: f64 = 1e-290;

/// `E[g(z)]` for a standard normal `z`, with a bound on its error.
///
/// ```
/// let fourth = candle_init::expectation(|z: f64| z.powi(4))?;
/// assert!((fourth.value - 3.0).abs() <= fourth.error && fourth.error < 1e-11);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotFinite`] where `g` is, [`Error::InfiniteMoment`] where `g` outgrows the density, and
/// [`Error::NotConverged`] for what no number of panels settles.
pub fn expectation(g: impl ScalarFunction) -> Result<Estimate> {
    let density = |z: f64| Ok(finite(z, g.value(z))? * (-z * z / 2.0).exp() / (2.0 * PI).sqrt());
    whole_line(density, g.kinks(), RELATIVE)
}

/// `E[f(z)²]` for a standard normal `z`.
///
/// ```
/// let moment = candle_init::second_moment(candle_init::Activation::Relu)?;
/// assert!((moment.value - 0.5).abs() < 1e-12);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// As [`expectation`], and [`Error::ZeroMoment`] where `f` is zero.
pub fn second_moment(f: impl ScalarFunction) -> Result<Estimate> {
    second_moment_at(|z| f.value(z), f.kinks(), 1.0, 0.0)
}

/// `E[f′(z)²]` for a standard normal `z`.
///
/// ```
/// let moment = candle_init::slope_moment(candle_init::Activation::Relu)?;
/// assert!((moment.value - 0.5).abs() < 1e-12);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # Errors
/// As [`second_moment`], of `f′`.
pub fn slope_moment(f: impl ScalarFunction) -> Result<Estimate> {
    second_moment_at(|z| f.derivative(z), f.kinks(), 1.0, f.derivative_error())
}

/// `E[h(√q·z)²]` for an `h` that is itself known to a relative `error`.
pub(crate) fn second_moment_at(
    h: impl Fn(f64) -> f64,
    kinks: &[f64],
    q: f64,
    error: f64,
) -> Result<Estimate> {
    let sigma = q.sqrt();
    // The root of the density inside the square: the square alone may overflow.
    let root = |z: f64| (-z * z / 4.0).exp() / (2.0 * PI).powf(0.25);
    let square = |z: f64| Ok((finite(sigma * z, h(sigma * z))? * root(z)).powi(2));
    let kinks: Vec<_> = kinks.iter().map(|kink| kink / sigma).collect();
    let moment = whole_line(square, &kinks, RELATIVE.max(error))?;
    if moment.value < SMALLEST {
        return Err(Error::ZeroMoment);
    }
    Ok(Estimate { error: moment.error + error * moment.value, ..moment })
}

/// `E[h(√q·z)·h(√q·w)]` for standard normals of correlation `c`.
///
/// Given `s`, `√|c|·s + √(1−|c|)·z` are independent for independent `z`, and correlated by `c` over all, so the
/// double integral is one of products of `F(t) = E[h(√q·(t + √(1−|c|)·z))]`: smooth, whatever `h` is.
pub(crate) fn pair_at(h: impl Fn(f64) -> f64, kinks: &[f64], q: f64, c: f64, error: f64) -> Result<Estimate> {
    let square = second_moment_at(&h, kinks, q, error)?;
    if c >= 1.0 {
        return Ok(square);
    }
    let (shared, own, sigma) = (c.abs().sqrt(), (1.0 - c.abs()).sqrt(), q.sqrt());
    let kinks: Vec<_> = kinks.iter().map(|kink| kink / sigma).collect();
    // What counts is the error beside the second moment, which bounds what is computed here.
    let inner = INNER.max(error);
    let small = |absolute| Goal { relative: inner, absolute: inner * absolute };
    let smooth = |t: f64| -> Result<f64> {
        let inside = |z: f64| {
            let u = sigma * own.mul_add(z, t);
            Ok(finite(u, h(u))? * density(z))
        };
        let cuts = kinks.iter().map(|kink| (kink - t) / own).filter(|_| own > 0.0);
        Ok(integrate(inside, &edges(NEAR, cuts), small(square.value.sqrt()), f64::INFINITY)?.estimate.value)
    };
    let outside = |s: f64| {
        let first = smooth(shared * s)?;
        Ok(density(s) * first * if c < 0.0 { smooth(-shared * s)? } else { first })
    };
    // Far inside of a nearly perfect correlation the smooth function is nearly kinked where `h` is.
    let cuts = kinks.iter().flat_map(|kink| [kink / shared, -kink / shared]);
    let sum = integrate(outside, &edges(NEAR, cuts), small(10.0 * square.value), f64::INFINITY)?;
    Ok(Estimate { error: sum.estimate.error + 4.0 * inner * square.value, ..sum.estimate })
}

fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

fn finite(z: f64, value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::NotFinite { at: z, value }) }
}

/// The edges of the panels, out to the `count`-th on both sides, and cut once more at each of `cuts`.
fn edges(count: usize, cuts: impl Iterator<Item = f64>) -> Vec<f64> {
    let last = EDGES[count - 1];
    let sides = EDGES[..count].iter().flat_map(|&edge| [-edge, edge]);
    let mut edges: Vec<f64> = sides.chain([0.0]).chain(cuts.filter(|cut| cut.abs() < last)).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
    edges
}

fn whole_line(h: impl Fn(f64) -> Result<f64>, kinks: &[f64], relative: f64) -> Result<Estimate> {
    let Integral { estimate, size, far } =
        integrate(h, &edges(EDGES.len(), kinks.iter().copied()), Goal { relative, absolute: 0.0 }, FAR)?;
    // At 37 sigmas anything that still matters has outgrown the density.
    let tail = TAIL * far;
    if tail > relative * size {
        return Err(Error::InfiniteMoment { fraction: far / size });
    }
    Ok(Estimate { error: estimate.error + tail, ..estimate })
}
