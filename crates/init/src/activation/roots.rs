//! Fixed points of increasing maps, by brackets.

use crate::activation::error::{Error, Result};

/// A map that changes a number by less than this, relatively, keeps it.
const KEPT: f64 = 1e-10;
/// Beyond these a variance has exploded or vanished: the range of f32, with room for squares.
const LARGEST: f64 = 1e12;
const SMALLEST: f64 = 1e-12;
/// The factor by which a bracket is sought.
const STRIDE: f64 = 1.25;

/// Where iterating the positive `map` from `start` settles: the first crossing on the side it moves to.
pub(crate) fn settle(map: impl Fn(f64) -> Result<f64>, start: f64) -> Result<f64> {
    let growth = |q: f64| Ok::<f64, Error>(map(q)? / q - 1.0);
    let first = growth(start)?;
    if first.abs() <= KEPT {
        return Ok(start);
    }
    let up = first > 0.0;
    let (mut near, mut far) = (start, start);
    while (growth(far)? > 0.0) == up {
        near = far;
        far *= if up { STRIDE } else { STRIDE.recip() };
        if far > LARGEST {
            return Err(Error::NoFixedPoint { from: start, reached: LARGEST });
        }
        if far < SMALLEST {
            return Err(Error::NoFixedPoint { from: start, reached: SMALLEST });
        }
    }
    root(growth, near, far)
}

/// A bracket this narrow, relative to its larger end, is the root: an integral is hardly known better.
const CLOSE: f64 = 1e-13;
/// Steps that the search takes at most: bisection alone would need 48.
const STEPS: usize = 100;
/// Steps that need not halve the bracket. Secants settle most maps within ten; at a root of high order they crawl, and
/// after this many the rest is bisected.
const SLOW: usize = 4;

/// Where `f`, of opposite signs at `a` and `b`, is zero: by secants of the bracket, in which the end that stays is
/// given half of its weight (the Illinois method; Dowell and Jarratt 1971).
pub(crate) fn root(f: impl Fn(f64) -> Result<f64>, a: f64, b: f64) -> Result<f64> {
    let (mut kept, mut last) = ((a, f(a)?), (b, f(b)?));
    let (mut width, mut slow) = (f64::INFINITY, 0);
    for _ in 0..STEPS {
        let ((x, fx), (y, fy)) = (kept, last);
        slow += usize::from((x - y).abs() > width / 2.0);
        width = (x - y).abs();
        if fy == 0.0 || (x - y).abs() <= CLOSE * x.abs().max(y.abs()) {
            return Ok(y);
        }
        let secant = (x * fy - y * fx) / (fy - fx);
        // An end without a finite value has no secant.
        let by_secant = secant.is_finite() && slow <= SLOW;
        let next = if by_secant { secant.clamp(x.min(y), x.max(y)) } else { x.midpoint(y) };
        let value = f(next)?;
        if (next - y).abs() <= CLOSE * next.abs() {
            return Ok(next);
        }
        kept = if value * fy < 0.0 { last } else { (x, fx / 2.0) };
        last = (next, value);
    }
    Ok(last.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found() {
        for (f, at) in [
            (Box::new(|x: f64| Ok(x * x - 2.0)) as Box<dyn Fn(f64) -> Result<f64>>, 2.0_f64.sqrt()),
            (Box::new(|x: f64| Ok((x - 0.1).powi(3))), 0.1),
            (Box::new(|x: f64| Ok(if x == 3.0 { f64::INFINITY } else { x.ln() })), 1.0),
        ] {
            let calls = std::cell::Cell::new(0);
            let counted = |x| {
                calls.set(calls.get() + 1);
                f(x)
            };
            assert!((root(counted, 0.01, 3.0).unwrap() - at).abs() < 1e-4, "{at}");
            assert!(calls.get() < 60, "{at}: {}", calls.get());
        }
    }
}
