//! One panel: curves over whole numbers, on a logarithmic scale.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordusize;
use plotters::prelude::*;

use super::{Run, color};

/// What lies beyond these is drawn on the edge, so that one exploded run cannot flatten the rest.
const LOSS_BOUNDS: (f64, f64) = (1e-4, 1e2);
const STD_BOUNDS: (f64, f64) = (1e-8, 1e4);

/// A little room beyond the outer decades; without it rounding may drop their labels.
const EDGE: f64 = 1.01;

/// The drawing surface of a panel, its vertical axis logarithmic.
type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordusize, LogCoord<f64>>>;

/// Curves with a title and named axes.
pub(super) struct Panel {
    title: &'static str,
    x: &'static str,
    y: &'static str,
    bounds: (f64, f64),
    curves: Vec<Vec<f64>>,
}

impl Panel {
    pub(super) fn losses(runs: &[Run]) -> Self {
        let curves: Vec<_> = runs.iter().map(|run| run.losses.clone()).collect();
        let bounds = decades(&curves, LOSS_BOUNDS);
        Self {
            title: "Training loss by epoch",
            x: "epoch (0: before training)",
            y: "cross-entropy",
            bounds,
            curves,
        }
    }

    pub(super) fn stds(runs: &[Run]) -> Self {
        let curves: Vec<_> = runs.iter().map(|run| run.stds.clone()).collect();
        let bounds = decades(&curves, STD_BOUNDS);
        let title = "Activations by layer before training";
        Self { title, x: "hidden layer", y: "standard deviation", bounds, curves }
    }

    pub(super) fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let last = self.curves.iter().map(Vec::len).max().unwrap_or(0).max(2) - 1;
        let (lo, hi) = self.bounds;
        let mut chart = ChartBuilder::on(&area.titled(self.title, ("sans-serif", 17))?)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(0..last, (lo / EDGE..hi * EDGE).log_scale())?;
        self.axes(&mut chart)?;
        self.curves.iter().enumerate().try_for_each(|(index, curve)| {
            let points = clipped(curve, self.bounds);
            self.curve(&mut chart, index, &points)
        })
    }

    /// Whether a curve leaves the scale.
    pub(super) fn is_clipped(&self) -> bool {
        let inside = |y: &f64| (self.bounds.0..=self.bounds.1).contains(y);
        !self.curves.iter().flatten().all(inside)
    }

    fn axes<B: DrawingBackend>(
        &self,
        chart: &mut Chart<'_, B>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(BLACK.mix(0.12))
            .x_desc(self.x)
            .y_desc(self.y)
            .y_label_formatter(&|y| format!("1e{}", y.log10().round() as i32))
            .label_style(("sans-serif", 14))
            .axis_desc_style(("sans-serif", 15))
            .draw()
    }

    /// A line through the points, and a cross where it leaves the scale.
    fn curve<B: DrawingBackend>(
        &self,
        chart: &mut Chart<'_, B>,
        index: usize,
        points: &[(usize, f64)],
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let stroke = color(index).stroke_width(stroke(index, self.curves.len()));
        chart.draw_series(LineSeries::new(points.iter().copied(), stroke))?;
        let (lo, hi) = self.bounds;
        let off = points.iter().filter(|&&(_, y)| y <= lo || y >= hi);
        let crosses = off.map(|&point| Cross::new(point, 6, color(index).stroke_width(3)));
        chart.draw_series(crosses)?;
        Ok(())
    }
}

/// Later curves are thinner, so that curves on top of each other all show.
pub(super) fn stroke(index: usize, count: usize) -> u32 {
    [3, 3, 5, 8, 12].get(count.saturating_sub(index + 1)).copied().unwrap_or(12)
}

/// The whole decades around all positive, finite values, within `most` and at least two.
fn decades(curves: &[Vec<f64>], most: (f64, f64)) -> (f64, f64) {
    let values = curves.iter().flatten().copied();
    let values = values.filter(|value| value.is_finite() && *value > 0.);
    let (lo, hi) = values.fold((f64::INFINITY, 0f64), |(lo, hi), value| (lo.min(value), hi.max(value)));
    let lo = 10f64.powi(lo.clamp(most.0, most.1).log10().floor() as i32).min(most.1 / 100.);
    let hi = 10f64.powi(hi.clamp(most.0, most.1).log10().ceil() as i32);
    (lo, hi.max(lo * 100.))
}

/// The points up to the first that leaves the scale, which is put on its edge.
fn clipped(curve: &[f64], (lo, hi): (f64, f64)) -> Vec<(usize, f64)> {
    let mut points = Vec::new();
    for (x, &y) in curve.iter().enumerate() {
        // A loss or spread that is not a number has grown past any bound.
        let shown = if y.is_nan() { hi } else { y.clamp(lo, hi) };
        points.push((x, shown));
        if shown != y {
            break;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_spans_whole_decades() {
        assert_eq!(decades(&[vec![0.03, 2.3]], LOSS_BOUNDS), (1e-2, 1e1));
        assert_eq!(decades(&[vec![1e30, 0., f64::NAN]], LOSS_BOUNDS), (1., 100.));
        let (lo, hi) = decades(&[vec![]], LOSS_BOUNDS);
        assert!(lo > 0. && hi >= 100. * lo && hi.is_finite());
    }

    #[test]
    fn a_curve_ends_on_the_edge() {
        assert_eq!(clipped(&[1., 0., 5.], (0.1, 10.)), [(0, 1.), (1, 0.1)]);
        assert_eq!(clipped(&[f64::NAN, 5.], (0.1, 10.)), [(0, 10.)]);
        assert_eq!(clipped(&[], (0.1, 10.)), []);
    }
}
