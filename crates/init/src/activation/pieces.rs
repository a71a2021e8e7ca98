//! A weighted function as polynomials on panels, which are halved until the integral's error is small.

use crate::activation::budget::Budget;
use crate::activation::error::{Error, Result};
use crate::activation::kink::{Gap, Sample, locate};
use crate::activation::panel::{Panel, Weighted};

/// An integral's relative error that is good enough when halving panels gains no more, as with a function whose
/// own rounding is rough; it gives a gain ten digits.
const ACCEPTED: f64 = 1e-10;
/// A round of halvings that leaves more of the error than this has gained nothing: at a kink or a jump half is left.
const STAGNANT: f64 = 0.9;
/// Calls that a split takes: two panels, and up to fifty halvings on the way to a jump.
const SPLIT: usize = 2 * 17 + 100;
/// Widths, relative to where they lie, that are not halved any more.
const NARROW: f64 = 64.0 * f64::EPSILON;
/// The part of a panel at either end where only jumps are cut.
const MARGIN: f64 = 1.0 / 16.0;
/// Values at this many points beside the ends are enough to look for a kink between them.
const LOOK: usize = 8;

/// What is made of the polynomials in the end, which decides how much an error of theirs counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Measure {
    /// Their integral.
    Plain,
    /// That of their square.
    Square,
    /// That of the square of the slope of a function that is under the root of the density of this variance.
    Slope(f64),
}

impl Measure {
    /// What a panel adds to the integral of the absolute value, and to the error.
    fn of(self, panel: &Panel) -> Total {
        let (absolute, square) = panel.means;
        let density = match self {
            Self::Plain => Total { size: absolute, error: panel.error },
            Self::Square => Total { size: square, error: square_error(panel.largest, panel.error) },
            Self::Slope(q) => return panel.sloped(q).map_or(Total::UNKNOWN, |slope| Self::Square.of(&slope)),
        };
        Total { error: panel.width() * density.error, size: panel.width() * density.size }
    }

    /// The error that a gap leaves. What it hides of a slope is not known before the panels beside it are.
    fn hidden(self, gap: &Gap) -> f64 {
        match self {
            Self::Plain => gap.width() * gap.error(),
            Self::Square => gap.width() * square_error(gap.largest(), gap.error()),
            Self::Slope(_) => 0.0,
        }
    }
}

/// The error of the square of values up to `largest` that are known up to `error`.
fn square_error(largest: f64, error: f64) -> f64 {
    error * (2.0 * largest + error)
}

/// What to approximate: a function, where, and how well.
pub(crate) struct Task<'a> {
    pub(crate) function: &'a Weighted<'a>,
    /// Where panels end.
    pub(crate) edges: Vec<f64>,
    /// Where the function is known to jump, to bend or to have a pole.
    pub(crate) gaps: Vec<(f64, f64)>,
    /// Values by which panels are checked, in order; empty if no panel hides anything.
    pub(crate) samples: Vec<Sample>,
    pub(crate) measure: Measure,
    /// The relative error that is asked for.
    pub(crate) target: f64,
    /// What errors are relative to, unless the integral of the absolute value is larger.
    pub(crate) floor: f64,
    pub(crate) budget: &'a Budget,
}

/// The polynomials, in order, with what lies between them, and the error of the integral.
#[derive(Debug)]
pub(crate) struct Pieces {
    pub(crate) panels: Vec<Panel>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) measure: Measure,
    /// Calls, or as much other work, that were spent.
    pub(crate) calls: usize,
    /// The relative error after the last whole round.
    reached: f64,
}

/// The error of an integral and the integral of the absolute value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Total {
    pub(crate) error: f64,
    pub(crate) size: f64,
}

impl Total {
    const UNKNOWN: Self = Self { error: f64::INFINITY, size: 0.0 };
}

impl Pieces {
    /// Approximates the function until its integral has the error that is asked for.
    pub(crate) fn new(task: &Task<'_>) -> Result<Self> {
        let (measure, reached) = (task.measure, f64::INFINITY);
        let mut pieces = Self { panels: Vec::new(), gaps: Vec::new(), measure, calls: 0, reached };
        pieces.start(task)?;
        pieces.refine(task)?;
        Ok(pieces)
    }

    /// Halves and cuts panels until the integral of the task's measure has the error that is asked for.
    pub(crate) fn refine(&mut self, task: &Task<'_>) -> Result<()> {
        self.reached = f64::INFINITY;
        while let Some(goal) = self.unmet(task)? {
            let (share, measure) = (goal / (self.panels.len() + self.gaps.len()) as f64, task.measure);
            let coarse = |p: &mut Panel| measure.of(p).error > share && is_divisible(p);
            let coarse: Vec<_> = self.panels.extract_if(.., coarse).collect();
            if coarse.is_empty() && self.reached > ACCEPTED {
                return Err(self.not_converged(task));
            }
            coarse.into_iter().try_for_each(|panel| self.split(task, panel))?;
        }
        self.panels.sort_by(|a, b| a.ends.0.total_cmp(&b.ends.0));
        self.calls = task.budget.spent();
        Ok(())
    }

    /// Other polynomials on the same panels.
    pub(crate) fn like(&self, panels: Vec<Panel>, gaps: Vec<Gap>) -> Self {
        Self { panels, gaps, ..*self }
    }

    /// The panels and gaps between the task's edges.
    fn start(&mut self, task: &Task<'_>) -> Result<()> {
        let first = task.edges.iter().copied().fold(f64::INFINITY, f64::min);
        let last = task.edges.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let gaps = task.gaps.iter().copied().filter(|gap| gap.0 > first && gap.1 < last);
        let mut cuts: Vec<_> = task.edges.iter().map(|&edge| (edge, edge)).chain(gaps).collect();
        cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
        cuts.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1;
            kept.1 = if touches { kept.1.max(next.1) } else { kept.1 };
            touches
        });
        for cut in cuts.iter().filter(|cut| cut.1 > cut.0) {
            self.gaps.push(Gap::new(task.function, *cut)?);
        }
        cuts.windows(2).try_for_each(|pair| self.add(task, (pair[0].1, pair[1].0)))
    }

    /// The goal that the error misses, if another round may help.
    fn unmet(&mut self, task: &Task<'_>) -> Result<Option<f64>> {
        let Total { error, size } = self.total_of(task.measure);
        let (size, before) = (size.max(task.floor), self.reached);
        self.reached = if size > 0.0 { error / size } else { error };
        if !(self.reached.is_finite() && size.is_finite()) {
            return Err(self.not_converged(task));
        }
        let is_last = self.reached > STAGNANT * before || !task.budget.has(SPLIT * self.panels.len());
        let is_settled = is_last && self.reached <= ACCEPTED;
        let is_met = self.reached <= task.target || is_settled;
        Ok((!is_met).then_some(task.target * size))
    }

    fn not_converged(&self, task: &Task<'_>) -> Error {
        Error::NotConverged { calls: task.budget.spent(), error: self.reached }
    }

    /// A panel, held against the samples that lie in it.
    fn add(&mut self, task: &Task<'_>, ends: (f64, f64)) -> Result<()> {
        if !task.budget.has(0) {
            return Err(self.not_converged(task));
        }
        let mut panel = Panel::new(task.function, ends)?;
        inside(&task.samples, ends).iter().for_each(|&(x, value)| panel.disagree(x, value));
        self.panels.push(panel);
        Ok(())
    }

    /// Cuts a panel at the kink or jump in it, or halves it.
    fn split(&mut self, task: &Task<'_>, panel: Panel) -> Result<()> {
        let (left, right) = panel.ends;
        if let Some(gap) = look(task, panel.ends)?.filter(|gap| self.is_worth_a_cut(gap, panel)) {
            let rest = [(left, gap.ends.0), (gap.ends.1, right)];
            self.gaps.push(gap);
            return rest.into_iter().filter(|ends| ends.1 > ends.0).try_for_each(|ends| self.add(task, ends));
        }
        let middle = left.midpoint(right);
        self.add(task, (left, middle))?;
        self.add(task, (middle, right))
    }

    /// Whether a cut takes the sharp point out of the panel. Beside a pole every point is sharp, and there halves come
    /// nearer to it than cuts do.
    fn is_worth_a_cut(&self, gap: &Gap, panel: Panel) -> bool {
        let (left, right) = panel.ends;
        let margin = panel.width() * MARGIN;
        let (near_left, near_right) = (gap.ends.0 - left < margin, right - gap.ends.1 < margin);
        let is_cut = |at: f64| self.gaps.iter().any(|gap| gap.ends.0 == at || gap.ends.1 == at);
        let is_beside = || near_left && is_cut(left) || near_right && is_cut(right);
        !near_left && !near_right || gap.is_jump(panel.largest) && !is_beside()
    }

    /// The integral of something made of `x` and the function there.
    pub(crate) fn integral(&self, h: impl Fn(f64, f64) -> f64) -> f64 {
        let gap = |gap: &Gap| {
            let (x, value) = gap.middle();
            gap.width() * h(x, value)
        };
        let panels: f64 = self.panels.iter().map(|panel| panel.integral(&h)).sum();
        panels + self.gaps.iter().map(gap).sum::<f64>()
    }

    /// The error of the integral that the pieces were made for, and the integral of the absolute value.
    pub(crate) fn total(&self) -> Total {
        self.total_of(self.measure)
    }

    fn total_of(&self, measure: Measure) -> Total {
        let hidden: f64 = self.gaps.iter().map(|gap| measure.hidden(gap)).sum();
        let add =
            |sum: Total, panel: Total| Total { error: sum.error + panel.error, size: sum.size + panel.size };
        self.panels.iter().map(|panel| measure.of(panel)).fold(Total { error: hidden, size: 0.0 }, add)
    }

    /// The integral of the measure's absolute value over the panels outside of ±`far`.
    pub(crate) fn beyond(&self, far: f64) -> f64 {
        let outer = self.panels.iter().filter(|p| p.ends.0 >= far || p.ends.1 <= -far);
        outer.map(|panel| self.measure.of(panel).size).sum()
    }

    /// Where the function jumps, if it does.
    pub(crate) fn jump(&self) -> Option<f64> {
        let size = |gap: &Gap| {
            let sizes = self.beside(gap).map(|(i, _)| self.panels.get(i).map_or(0.0, |panel| panel.largest));
            sizes[0].max(sizes[1])
        };
        self.gaps.iter().find(|gap| gap.is_jump(size(gap))).map(|gap| gap.middle().0)
    }

    /// The panels to the left and to the right of a gap, and where they meet it.
    pub(crate) fn beside(&self, gap: &Gap) -> [(usize, f64); 2] {
        let after = self.panels.partition_point(|panel| panel.ends.0 < gap.ends.1);
        [(after.saturating_sub(1), gap.ends.0), (after, gap.ends.1)]
    }
}

fn is_divisible(panel: &Panel) -> bool {
    panel.width() > NARROW * panel.ends.0.abs().max(panel.ends.1.abs())
}

/// The jump or kink in a panel that samples are there to look for.
fn look(task: &Task<'_>, ends: (f64, f64)) -> Result<Option<Gap>> {
    if task.samples.is_empty() {
        return Ok(None);
    }
    let at = |x: f64| -> Result<Sample> { Ok((x, (task.function)(x)?)) };
    let known = inside(&task.samples, ends);
    let mut samples = vec![at(ends.0)?];
    if known.len() >= LOOK {
        samples.extend(known);
    } else {
        let step = (ends.1 - ends.0) / (LOOK + 1) as f64;
        let between = (1..=LOOK).map(|i| at(ends.0 + i as f64 * step));
        samples.extend(between.collect::<Result<Vec<_>>>()?);
    }
    samples.push(at(ends.1)?);
    locate(task.function, &samples)
}

/// Those of ordered samples that lie strictly inside of a panel.
fn inside(samples: &[Sample], ends: (f64, f64)) -> &[Sample] {
    let first = samples.partition_point(|sample| sample.0 <= ends.0);
    let last = samples.partition_point(|sample| sample.0 < ends.1);
    &samples[first..last.max(first)]
}
