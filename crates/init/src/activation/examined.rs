//! A function of which nothing but its values is known, or its kinks too, made into polynomials.

use std::cell::RefCell;
use std::f64::consts::PI;

use crate::activation::budget::Budget;
use crate::activation::error::{Error, Result};
use crate::activation::kink::Sample;
use crate::activation::pieces::{Measure, Pieces, Task};

/// Half of the panels' edges, in sigmas: beyond 37 the density is below 1e-297.
pub(crate) const EDGES: [f64; 10] = [1.5, 3.0, 4.5, 6.0, 8.0, 11.0, 16.0, 23.0, 32.0, 37.0];
pub(crate) const LAST: f64 = EDGES[9];
/// What lies outside of the last but one edge bounds what lies outside of the last.
const FAR: f64 = 32.0;
/// The tail, for an integrand that falls as `1/z²` or faster, in units of the integral from 32 to 37.
const TAIL: f64 = 8.0;
/// The part of an integral that may lie beyond 32 sigmas.
const BEYOND: f64 = 1e-13;
/// Kinks and poles stand at zero more often than elsewhere: this near to it, in sigmas, nothing is asked.
const ZERO: f64 = 1.0 / (1_u128 << 100) as f64;
/// Samples to a sigma where the density is: a feature of half a thousandth has one of them in it.
const SAMPLES: f64 = 2048.0;
/// Where that is, and the samples to a sigma beyond.
const DENSE: f64 = 8.0;
const SPARSE_SAMPLES: f64 = 64.0;
/// The square of a slope is not asked to be known better than this part of the function's square per variance.
const FLAT: f64 = 1e-3;
/// By which a standard deviation may differ from that of the samples: then there are 1,300 to a sigma, out to five.
const SPAN: f64 = 1.6;

/// A function, what it may cost, and where it was found to break.
pub(crate) struct Examined<'a> {
    function: &'a dyn Fn(f64) -> f64,
    /// Whether all kinks were told, so that none is looked for.
    is_known: bool,
    breaks: RefCell<Vec<(f64, f64)>>,
    scan: RefCell<Option<Scan>>,
    budget: &'a Budget,
}

/// What a look at many values left.
struct Scan {
    /// The standard deviation that it was made for.
    sigma: f64,
    /// Where the panels ended.
    edges: Vec<f64>,
}

impl<'a> Examined<'a> {
    pub(crate) fn new(function: &'a dyn Fn(f64) -> f64, kinks: Option<&[f64]>, budget: &'a Budget) -> Self {
        // One step of the number to either side, so that each side has its own value.
        let breaks = kinks.unwrap_or_default().iter().map(|kink| (kink.next_down(), kink.next_up()));
        let breaks = RefCell::new(breaks.collect());
        Self { function, is_known: kinks.is_some(), breaks, scan: RefCell::new(None), budget }
    }

    pub(crate) fn budget(&self) -> &'a Budget {
        self.budget
    }

    fn value(&self, x: f64) -> Result<f64> {
        self.budget.call();
        let value = (self.function)(x);
        if value.is_finite() { Ok(value) } else { Err(Error::NotFinite { at: x, value }) }
    }

    /// The function at `sigma·z` under the weight of the measure: the density, or its root for the square.
    pub(crate) fn pieces(&self, sigma: f64, measure: Measure, target: f64) -> Result<Pieces> {
        self.build(sigma, measure, target, None)
    }

    /// The same for its square, and good for the square of the slope up to a relative error, if nothing jumps.
    pub(crate) fn with_slope(&self, sigma: f64, target: f64, slope_target: f64) -> Result<Pieces> {
        self.build(sigma, Measure::Square, target, Some(slope_target))
    }

    fn build(&self, sigma: f64, measure: Measure, target: f64, slope_target: Option<f64>) -> Result<Pieces> {
        let weighted = |x: f64| {
            let z = x / sigma;
            // The root of the density inside the square: the square alone may overflow.
            Ok(self.value(x)? * if measure == Measure::Square { root(z) } else { density(z) })
        };
        let zero = (-ZERO * sigma, ZERO * sigma);
        let gaps = self.breaks.borrow().iter().copied().chain([zero]).collect();
        let edges = edges().map(|edge| edge * sigma);
        let (function, budget, floor) = (&weighted, self.budget, 0.0);
        let seen = self.edges_for(sigma);
        let samples =
            if self.is_known || seen.is_some() { Vec::new() } else { self.samples(sigma, &weighted)? };
        let near = |edge: &f64| edge.abs() < LAST * sigma;
        let edges = edges.chain(seen.into_iter().flatten().filter(near)).collect();
        let has_samples = !samples.is_empty();
        let task = Task { function, edges, gaps, samples, measure, target, floor, budget };
        let mut pieces = Pieces::new(&task)?;
        if let Some(target) = slope_target.filter(|_| pieces.jump().is_none()) {
            let floor = FLAT * pieces.total().size / (sigma * sigma);
            pieces.refine(&Task { measure: Measure::Slope(sigma * sigma), target, floor, ..task })?;
        }
        self.remember(&pieces, zero);
        if has_samples {
            let edges = pieces.panels.iter().map(|panel| panel.ends.0).collect();
            self.scan.replace(Some(Scan { sigma, edges }));
        }
        Self::within_reach(&pieces, sigma)?;
        Ok(pieces)
    }

    /// The panels of a scan that is good enough for another variance.
    fn edges_for(&self, sigma: f64) -> Option<Vec<f64>> {
        let scan = self.scan.borrow();
        let near = |scan: &&Scan| (1.0 / SPAN..=SPAN).contains(&(sigma / scan.sigma));
        scan.as_ref().filter(near).map(|scan| scan.edges.clone())
    }

    /// Equidistant values, which show what panels might hide.
    fn samples(&self, sigma: f64, weighted: &dyn Fn(f64) -> Result<f64>) -> Result<Vec<Sample>> {
        let edges: Vec<f64> = edges().collect();
        let mut samples = Vec::new();
        for ends in edges.windows(2) {
            let density = if ends[0].abs().max(ends[1].abs()) <= DENSE { SAMPLES } else { SPARSE_SAMPLES };
            let count = ((ends[1] - ends[0]) * density).ceil();
            for i in 0..count as usize {
                let x = sigma * (ends[0] + (i as f64 + 0.5) / count * (ends[1] - ends[0]));
                samples.push((x, weighted(x)?));
            }
        }
        Ok(samples)
    }

    /// Keeps what was found for the next variance.
    fn remember(&self, pieces: &Pieces, zero: (f64, f64)) {
        let found = pieces.gaps.iter().map(|gap| gap.ends).filter(|ends| *ends != zero);
        let mut breaks = self.breaks.borrow_mut();
        breaks.extend(found);
        breaks.sort_by(|a, b| a.0.total_cmp(&b.0));
        breaks.dedup();
    }

    /// At 37 sigmas anything that still matters has outgrown the density.
    fn within_reach(pieces: &Pieces, sigma: f64) -> Result<()> {
        let (far, size) = (pieces.beyond(FAR * sigma), pieces.total().size);
        if TAIL * far > BEYOND * size {
            return Err(Error::InfiniteMoment { fraction: far / size });
        }
        Ok(())
    }
}

/// The standard normal density.
pub(crate) fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// `(2π)^(−1/4)`.
pub(crate) const ROOT_SCALE: f64 = 0.631_618_777_746_065_6;

/// Its root.
fn root(z: f64) -> f64 {
    (-z * z / 4.0).exp() * ROOT_SCALE
}

/// The edges of the panels, from left to right.
pub(crate) fn edges() -> impl Iterator<Item = f64> {
    let left = EDGES.iter().rev().map(|edge| -edge);
    left.chain([0.0]).chain(EDGES)
}
