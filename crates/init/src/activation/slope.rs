//! The slope of a function of which only the values are known: that of its polynomials.

use crate::activation::error::{Error, Result};
use crate::activation::kink::Gap;
use crate::activation::moment::Estimate;
use crate::activation::panel::{Panel, points};
use crate::activation::pieces::Pieces;

/// The relative error that the square of a slope may have.
const ACCEPTED: f64 = 1e-6;
/// The square of a slope is rounding, and the function constant, if it is less than its error and than this part of
/// the function's square per variance.
const FLAT: f64 = 1e-12;

/// A panel of `f` under the root of the density of variance `q`, with its slope: `(f√φ)′ = f′√φ − f√φ·x/2q`.
struct Sloped {
    value: Panel,
    slope: Panel,
    q: f64,
}

impl Sloped {
    fn new(value: Panel, q: f64) -> Self {
        Self { value, slope: value.slope(), q }
    }

    /// `f′√φ`.
    fn at(&self, x: f64) -> f64 {
        self.slope.at(x) + self.value.at(x) * x / (2.0 * self.q)
    }

    /// The integral of its square.
    fn square(&self) -> Estimate {
        let (mut value, mut largest) = (0.0, 0.0_f64);
        for (x, weight) in points(self.value.ends) {
            let slope = self.at(x);
            value += weight * slope * slope;
            largest = largest.max(slope.abs());
        }
        let furthest = self.value.ends.0.abs().max(self.value.ends.1.abs());
        let error = self.slope.error + self.value.error * furthest / (2.0 * self.q);
        Estimate { value, error: self.value.width() * error * (2.0 * largest + error) }
    }
}

/// The largest value and the steepest slope at the ends of the panels beside a gap.
fn beside(gap: &Gap, panels: &[Sloped]) -> (f64, f64) {
    let after = panels.partition_point(|panel| panel.value.ends.0 < gap.ends.1);
    let before = after.checked_sub(1).and_then(|i| panels.get(i)).map(|p| (p, gap.ends.0));
    let sides = before.into_iter().chain(panels.get(after).map(|p| (p, gap.ends.1)));
    sides.fold((0.0, 0.0), |(size, slope): (f64, f64), (panel, x)| {
        (size.max(panel.value.largest), slope.max(panel.at(x).abs()))
    })
}

/// `E[f′(√q·z)²]` for an `f` that is in pieces under the root of the density of variance `q`.
///
/// What a gap hides is taken to be no steeper than twice the function beside it.
pub(crate) fn slope_square(pieces: &Pieces, q: f64) -> Result<Estimate> {
    let panels: Vec<_> = pieces.panels.iter().map(|panel| Sloped::new(*panel, q)).collect();
    let mut hidden = 0.0;
    for gap in &pieces.gaps {
        let (size, slope) = beside(gap, &panels);
        if gap.is_jump(size) {
            return Err(Error::Jump { at: gap.middle().0 });
        }
        hidden += gap.width() * 4.0 * slope * slope;
    }
    let squares: Vec<_> = panels.iter().map(Sloped::square).collect();
    let value: f64 = squares.iter().map(|square| square.value).sum();
    let error = squares.iter().map(|square| square.error).sum::<f64>() + hidden;
    let size = pieces.total().size;
    if value <= error && error < FLAT * size / q {
        return Err(Error::ZeroMoment);
    }
    if error > ACCEPTED * value {
        return Err(Error::NotConverged { calls: pieces.calls, error: error / value });
    }
    Ok(Estimate { value: value / q.sqrt(), error: error / q.sqrt() })
}
