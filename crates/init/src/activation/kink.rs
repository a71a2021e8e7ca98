//! Where a function jumps or bends, to the last digit that its values show.

use crate::activation::error::Result;
use crate::activation::panel::Weighted;

/// A number and the function's value there.
pub(crate) type Sample = (f64, f64);

/// A bend below this, relative to the values, is rounding.
const ROUNDING: f64 = 8.0 * f64::EPSILON;
/// A step above this, relative to the values, is a jump: far above what the steepest slope makes of a gap.
const JUMP: f64 = 1e-6;
/// By which a bend shrinks when its interval is halved: a kink's by 2, a smooth function's by 4.
const SHRINKS: f64 = 2.83;
/// Halvings before a smooth function is called so.
const PATIENCE: i32 = 6;

/// A sliver of the line that holds a jump, a kink or a pole, with the function's values at its ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    pub(crate) ends: (f64, f64),
    values: (f64, f64),
    /// How far the middle may lie from the line between the ends.
    bend: f64,
}

impl Gap {
    /// A gap about which only the values at its ends are known.
    pub(crate) fn new(g: &Weighted<'_>, ends: (f64, f64)) -> Result<Self> {
        Ok(Self::between(ends, (g(ends.0)?, g(ends.1)?)))
    }

    /// A gap with these values at its ends.
    pub(crate) fn between(ends: (f64, f64), values: (f64, f64)) -> Self {
        Self { ends, values, bend: values.0.abs().max(values.1.abs()) }
    }

    /// Whether the two sides differ, for a function of this size around the gap.
    pub(crate) fn is_jump(&self, size: f64) -> bool {
        (self.values.0 - self.values.1).abs() > JUMP * size
    }

    pub(crate) fn width(&self) -> f64 {
        self.ends.1 - self.ends.0
    }

    pub(crate) fn largest(&self) -> f64 {
        self.values.0.abs().max(self.values.1.abs())
    }

    /// How far the function inside may be from its values at the ends.
    pub(crate) fn error(&self) -> f64 {
        (self.values.0 - self.values.1).abs() + 2.0 * self.bend
    }

    /// The middle, and the mean of the two values.
    pub(crate) fn middle(&self) -> Sample {
        (self.ends.0.midpoint(self.ends.1), self.values.0.midpoint(self.values.1))
    }
}

/// The sharpest jump or kink between the first and the last of some samples; `None` where the function bends as a
/// smooth one does.
///
/// Of three points the one in the middle lies off the line between the others. The interval about the largest such
/// bend is halved until its ends are neighbours or the bend is lost in rounding.
pub(crate) fn locate(g: &Weighted<'_>, samples: &[Sample]) -> Result<Option<Gap>> {
    let Some((mut three, first)) = sharpest(samples) else { return Ok(None) };
    let mut bend = first;
    for round in 0.. {
        let [(a, left), _, (b, right)] = three;
        let gap = Gap { ends: (a, b), values: (left, right), bend };
        if b - a <= 4.0 * f64::EPSILON * a.abs().max(b.abs()) {
            return Ok(Some(gap));
        }
        if bend <= ROUNDING * gap.largest() {
            return Ok((round >= PATIENCE).then_some(gap));
        }
        if round >= PATIENCE && bend < first * SHRINKS.powi(-round) {
            return Ok(None);
        }
        let Some(sharper) = sharpest(&halved(g, three)?) else { return Ok(None) };
        (three, bend) = sharper;
    }
    Ok(None)
}

/// The three neighbours whose middle one is furthest from the line between the others, and how far it is.
fn sharpest(samples: &[Sample]) -> Option<([Sample; 3], f64)> {
    let threes = samples.windows(3).map(|w| [w[0], w[1], w[2]]);
    threes.map(|three| (three, bend(three))).max_by(|a, b| a.1.total_cmp(&b.1))
}

fn bend([(a, left), (x, value), (b, right)]: [Sample; 3]) -> f64 {
    (value - left - (right - left) * ((x - a) / (b - a))).abs()
}

/// Three samples, and those halfway between them.
fn halved(g: &Weighted<'_>, [a, x, b]: [Sample; 3]) -> Result<[Sample; 5]> {
    let between = |left: Sample, right: Sample| -> Result<Sample> {
        let middle = left.0.midpoint(right.0);
        Ok((middle, g(middle)?))
    };
    Ok([a, between(a, x)?, x, between(x, b)?, b])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(f: fn(f64) -> f64) -> Option<Gap> {
        let samples: Vec<Sample> = (0..=8).map(|i| f64::from(i) / 8.0).map(|x| (x, f(x))).collect();
        locate(&|x| Ok(f(x)), &samples).unwrap()
    }

    #[test]
    fn jumps_and_kinks_are_found_and_smooth_functions_are_not() {
        let jump = found(|x| if x > 0.3217 { 2.0 } else { -1.0 }).unwrap();
        assert!(jump.is_jump(2.0) && jump.width() < 1e-15 && (jump.middle().0 - 0.3217).abs() < 1e-15);
        let kink = found(|x| (x - 0.7123).max(0.0) + x.sin()).unwrap();
        assert!(!kink.is_jump(1.0) && kink.width() < 1e-13 && (kink.middle().0 - 0.7123).abs() < 1e-13);
        for smooth in [f64::sin, f64::exp, |x| x * x, |_| 1.0] {
            assert!(found(smooth).is_none());
        }
    }
}
