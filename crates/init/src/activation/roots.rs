//! Fixed points of increasing maps, by brackets.

use crate::error::Error;
use crate::error::Result;

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
            return Err(Error::VarianceExplodes { from: start, reached: LARGEST });
        }
        if far < SMALLEST {
            return Err(Error::VarianceVanishes { from: start, reached: SMALLEST });
        }
    }
    // `bisect` wants the side that grows first.
    if up { bisect(growth, near, far) } else { bisect(growth, far, near) }
}

/// Where `f`, positive at `low` and negative at `high`, is zero, to `1e-14` of the bracket's end.
pub(crate) fn bisect(f: impl Fn(f64) -> Result<f64>, mut low: f64, mut high: f64) -> Result<f64> {
    let close = 1e-14 * high;
    while high - low > close {
        let middle = low.midpoint(high);
        if f(middle)? > 0.0 { low = middle } else { high = middle }
    }
    Ok(low.midpoint(high))
}
