//! Expectations over two correlated normal numbers.
//!
//! Given `s`, `√|c|·s + √(1−|c|)·z` and the same of an independent `z` are independent, and over all they are
//! correlated by `c`. So `E[h(√q·z)·h(√q·w)]` is that of `F(√|c|·s)·F(±√|c|·s)`, where
//! `F(t) = E[h(√q·(t + √(1−|c|)·z))]` is smooth, whatever `h` is; and its derivative to `c` is that of `F′·F′`, for
//! which `h` needs no slope.

use crate::activation::budget::Budget;
use crate::activation::error::Result;
use crate::activation::examined::{EDGES, LAST, ROOT_SCALE, density, edges};
use crate::activation::kink::{Gap, Sample};
use crate::activation::panel::{Panel, coarse_points, points};
use crate::activation::pieces::{Measure, Pieces, Task};

/// The relative error that is asked for.
const TARGET: f64 = 1e-12;
/// Standard deviations of the inner number that are summed over: beyond them is what a function that grows as
/// `e⁵ᶻ` leaves no digit to.
const REACH: f64 = 12.0;
/// In inner standard deviations: how wide an interval 33 points see through, and how wide one 17 do.
const WIDE: f64 = 3.0;
const NARROW: f64 = 0.25;
/// Above this inner standard deviation panels as wide as some of it are few; below it the function's own are fewer.
const BLUNT: f64 = 1.0 / 64.0;
/// Gaps narrower than this, in sigmas, hold less than rounding.
const SLIVER: f64 = 1e-14;
/// Panels of the outer integral in inner standard deviations: their points lie closer than one of these.
const OUTER: f64 = 4.0;
/// Where the outer density is.
const DENSE: f64 = EDGES[4];

/// Which function of the correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Of {
    /// `E[h(u)·h(v)]`.
    Product,
    /// Its derivative to the correlation, `q·E[h′(u)·h′(v)]`, for a correlation inside of (−1, 1).
    Slope,
}

/// `h` in pieces under the root of the density of variance `sigma²`, made smooth.
struct Smooth<'a> {
    pieces: &'a Pieces,
    sigma: f64,
    /// `√(1−|c|)`.
    own: f64,
    of: Of,
    /// By panel; empty for one that is wide beside the inner density.
    nodes: Vec<Vec<Sample>>,
    /// The gaps that are wide enough to matter.
    gaps: Vec<Sample>,
    budget: &'a Budget,
}

/// The expectation over two numbers of variance `sigma²` and a correlation `c` between −1 and 1.
pub(crate) fn pair(pieces: &Pieces, sigma: f64, c: f64, of: Of, moment: f64, budget: &Budget) -> Result<f64> {
    let (shared, own) = (c.abs().sqrt(), (1.0 - c.abs()).sqrt());
    let smooth = Smooth::new(pieces, sigma, own, of, budget);
    let product = |s: f64| {
        let first = smooth.at(shared * s);
        Ok(density(s) * first * if c < 0.0 { smooth.at(-shared * s) } else { first })
    };
    let edges = smooth.edges(shared, c < 0.0);
    let (function, gaps, samples) = (&product, Vec::new(), Vec::new());
    let (measure, target, floor) = (Measure::Plain, TARGET, moment);
    let sum = Pieces::new(&Task { function, edges, gaps, samples, measure, target, floor, budget })?;
    Ok(sum.integral(|_, y| y))
}

impl<'a> Smooth<'a> {
    fn new(pieces: &'a Pieces, sigma: f64, own: f64, of: Of, budget: &'a Budget) -> Self {
        let nodes = pieces.panels.iter().map(|panel| Self::nodes(panel, sigma, own)).collect();
        let wide = pieces.gaps.iter().filter(|gap| gap.width() > SLIVER * sigma);
        let gap = |gap: &Gap| {
            let (x, value) = gap.middle();
            (x / sigma, gap.width() / (sigma * own) * unweighted(x / sigma) * value)
        };
        Self { pieces, sigma, own, of, nodes, gaps: wide.map(gap).collect(), budget }
    }

    /// `F(t)`, or `F′(t)` for the slope.
    fn at(&self, t: f64) -> f64 {
        if self.own == 0.0 {
            return self.unsmoothed(t);
        }
        let (left, right) = (self.outer(-REACH, t), self.outer(REACH, t));
        let first = self.pieces.panels.partition_point(|panel| panel.ends.1 <= left);
        let last = self.pieces.panels.partition_point(|panel| panel.ends.0 < right);
        let panels: f64 = (first..last).map(|i| self.over(i, t)).sum();
        panels + self.gaps.iter().map(|node| self.term(node, t)).sum::<f64>()
    }

    /// `√q·(t + √(1−|c|)·y)`.
    fn outer(&self, y: f64, t: f64) -> f64 {
        self.sigma * (t + self.own * y)
    }

    /// The `y` of that.
    fn inner(&self, x: f64, t: f64) -> f64 {
        ((x / self.sigma - t) / self.own).clamp(-REACH, REACH)
    }

    /// What panel `i` adds.
    fn over(&self, i: usize, t: f64) -> f64 {
        let (panel, nodes) = (&self.pieces.panels[i], &self.nodes[i]);
        self.budget.polynomials(nodes.len().max(1));
        if nodes.is_empty() {
            self.closely(panel, t)
        } else {
            nodes.iter().map(|node| self.term(node, t)).sum()
        }
    }

    fn term(&self, &(z, value): &Sample, t: f64) -> f64 {
        let y = (z - t) / self.own;
        value * self.weight(y)
    }

    /// What a panel that is wide beside the inner density adds, as far as it is in reach: an integral over `y`, whose
    /// points keep their digits where they lie close together.
    fn closely(&self, panel: &Panel, t: f64) -> f64 {
        let (left, right) = (self.inner(panel.ends.0, t), self.inner(panel.ends.1, t));
        let count = ((right - left) / WIDE).ceil();
        let width = (right - left) / count;
        // Two exponentials and a polynomial each, where a node has one exponential.
        self.budget.polynomials(2 * 33 * count as usize);
        let over = |ends: (f64, f64)| {
            let points = points(ends);
            let at = points.map(|(y, _)| self.outer(y, t).clamp(panel.ends.0, panel.ends.1));
            let values = panel.at_each(at);
            let term = |((y, weight), (x, value)): ((f64, f64), (f64, f64))| {
                weight * self.weight(y) * unweighted(x / self.sigma) * value
            };
            points.into_iter().zip(at.into_iter().zip(values)).map(term).sum::<f64>()
        };
        let ends = (0..count as usize).map(|i| (left + i as f64 * width, left + (i + 1) as f64 * width));
        ends.map(over).sum()
    }

    /// `h` at the points of a panel that is narrow beside the inner density, times their weights.
    fn nodes(panel: &Panel, sigma: f64, own: f64) -> Vec<Sample> {
        let width = panel.width() / (sigma * own);
        let scale = 1.0 / (sigma * own);
        let node = |((x, weight), value): ((f64, f64), f64)| {
            (x / sigma, scale * weight * unweighted(x / sigma) * value)
        };
        if width <= NARROW {
            coarse_points(panel.ends)
                .into_iter()
                .zip(panel.values().into_iter().step_by(2))
                .map(node)
                .collect()
        } else if width <= WIDE {
            points(panel.ends).into_iter().zip(panel.values()).map(node).collect()
        } else {
            Vec::new()
        }
    }

    /// The density of `y`, for `F′` with what a derivative to `t` makes of it.
    fn weight(&self, y: f64) -> f64 {
        let weight = density(y);
        if self.of == Of::Slope { weight * y / self.own } else { weight }
    }

    /// `h(√q·t)`: there is nothing to be smooth over.
    fn unsmoothed(&self, t: f64) -> f64 {
        let (x, panels) = (self.sigma * t, &self.pieces.panels);
        let i = panels.partition_point(|panel| panel.ends.1 < x).min(panels.len() - 1);
        unweighted(t) * panels[i].at(x)
    }

    /// Edges of outer panels in which `F` hides nothing.
    fn edges(&self, shared: f64, is_mirrored: bool) -> Vec<f64> {
        let mut all: Vec<f64> = edges().collect();
        if self.own >= BLUNT {
            let width = (OUTER * self.own / shared).min(2.0 * DENSE);
            let count = (2.0 * DENSE / width).ceil();
            all.extend((0..count as usize).map(|i| DENSE * (2.0 * i as f64 / count - 1.0)));
        } else {
            let ends = self.pieces.panels.iter().flat_map(|panel| [panel.ends.0, panel.ends.1]);
            let ends = ends.map(|end| end / (self.sigma * shared)).filter(|end| end.abs() < LAST);
            all.extend(ends.flat_map(|end| if is_mirrored { vec![end, -end] } else { vec![end] }));
        }
        all.sort_by(f64::total_cmp);
        all.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
        all
    }
}

/// What turns a value under the root of the density into the value.
fn unweighted(z: f64) -> f64 {
    (z * z / 4.0).exp() / ROOT_SCALE
}
