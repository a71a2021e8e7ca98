//! Lines, bands and markers between two axes.

use plotters::prelude::*;

use crate::figure::ink::{self, Type};
use crate::figure::marker::{cross, marker};
use crate::figure::picture::{Canvas, Drawn};
use crate::figure::scale::{Place, Scale};
use crate::figure::series::{Series, Stroke};

/// Size of the ticks' labels.
const SIZE: i32 = 29;
/// A line has about so many markers.
const MARKERS: usize = 12;

/// A point between the axes, and whether it stands on an edge.
type Point = ((f64, f64), bool);

/// Draws `series` and both axes on `area`.
pub(super) fn draw(area: &Canvas<'_>, series: &[Series], x: &Scale, y: &Scale) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin_top(14)
        .margin_right(40)
        .x_label_area_size(52)
        .y_label_area_size(112)
        .build_cartesian_2d(x.clone(), y.clone())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .set_tick_mark_size(LabelAreaPosition::Bottom, 14)
        .light_line_style(TRANSPARENT)
        .bold_line_style(ink::RULE.stroke_width(2))
        .axis_style(ink::MUTED.stroke_width(2))
        .label_style(Type::new(SIZE, ink::MUTED).style())
        .draw()?;
    for (index, one) in series.iter().enumerate() {
        let band = band(one, x, y);
        let fill = ink::series(index).mix(0.18).filled();
        chart.draw_series((!band.is_empty()).then(|| Polygon::new(band, fill)))?;
    }
    let plane = chart.plotting_area().strip_coord_spec();
    let corner = plane.get_base_pixel();
    for (index, one) in series.iter().enumerate() {
        let points = points(one, x, y);
        let stroke = if one.stroke == Stroke::Thin { 3 } else { 5 };
        let line = points.iter().map(|point| point.0);
        chart.draw_series(LineSeries::new(line, ink::series(index).stroke_width(stroke)))?;
        let pixel = |at: (f64, f64)| {
            let (x, y) = chart.backend_coord(&at);
            (x - corner.0, y - corner.1)
        };
        marked(one, &points).into_iter().try_for_each(|at| marker(&plane, pixel(at), index))?;
        edges(&points).into_iter().try_for_each(|at| cross(&plane, pixel(at), ink::series(index)))?;
    }
    Ok(())
}

/// Whether a point of `series` has no place between the axes.
pub(super) fn leaves(series: &Series, x: &Scale, y: &Scale) -> bool {
    points(series, x, y).iter().any(|point| point.1)
}

fn points(series: &Series, x: &Scale, y: &Scale) -> Vec<Point> {
    let point = |&(a, b): &(f64, f64)| {
        let (a, b): (Place, Place) = (x.place(a), y.place(b));
        ((a.at, b.at), a.off || b.off)
    };
    series.points.iter().map(point).collect()
}

/// The band's outline, along its top and back along its bottom.
fn band(series: &Series, x: &Scale, y: &Scale) -> Vec<(f64, f64)> {
    let side = |at: f64, value: f64| (x.place(at).at, y.place(value).at);
    let top = series.band.iter().map(|&(at, _, hi)| side(at, hi));
    let bottom = series.band.iter().rev().map(|&(at, lo, _)| side(at, lo));
    top.chain(bottom).collect()
}

/// Points with a marker, evenly spaced.
fn marked(series: &Series, points: &[Point]) -> Vec<(f64, f64)> {
    if series.stroke == Stroke::Thin {
        return Vec::new();
    }
    let step = points.len().div_ceil(MARKERS).max(1);
    points.iter().step_by(step).filter(|point| !point.1).map(|point| point.0).collect()
}

/// The first of each run of points on an edge.
fn edges(points: &[Point]) -> Vec<(f64, f64)> {
    let before = std::iter::once(false).chain(points.iter().map(|point| point.1));
    points.iter().zip(before).filter(|(point, before)| point.1 && !before).map(|(point, _)| point.0).collect()
}
