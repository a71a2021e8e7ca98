//! Lines over a number, with a band where there is one.

use crate::figure::chart;
use crate::figure::drawn::Figure;
use crate::figure::ink::{self, Type};
use crate::figure::legend::{self, Entry};
use crate::figure::picture::{Canvas, Drawn, Picture};
use crate::figure::scale::Scale;
use crate::figure::series::{Series, Stroke};
use crate::figure::words::{clean, fit};
use crate::text::number::short;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Lines between two axes: sizes by depth, losses by step, activations by width.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineChart {
    /// What it shows, above it.
    pub title: String,
    /// What the horizontal axis has, with its unit.
    pub x: String,
    /// What the vertical axis has, with its unit.
    pub y: String,
    /// Whether the horizontal axis is logarithmic.
    pub log_x: bool,
    /// Whether the vertical axis is logarithmic.
    pub log_y: bool,
    /// The vertical axis ends here; what lies beyond is drawn on the edge. Without it every finite value has a
    /// place.
    pub bounds: Option<(f64, f64)>,
    /// The lines.
    pub series: Vec<Series>,
}

/// What a cross means.
const OFF: &str = "beyond the scale, or not finite";
const OFF_LOG: &str = "zero, beyond the scale or not finite";

const WIDTH: i32 = 960;
const TITLE: i32 = 46;
const NAME: i32 = 38;
const PLOT: i32 = 476;
/// Below the ticks, the name of the horizontal axis.
const FOOT: i32 = 50;

impl LineChart {
    fn axes(&self) -> (Scale, Scale) {
        let x = self
            .series
            .iter()
            .flat_map(|one| one.points.iter().map(|point| point.0).chain(one.band.iter().map(|band| band.0)));
        let y = self.series.iter().flat_map(|one| {
            one.points.iter().map(|point| point.1).chain(one.band.iter().flat_map(|band| [band.1, band.2]))
        });
        (Scale::horizontal(x, self.log_x), Scale::vertical(y, self.log_y, self.bounds))
    }

    fn entries(&self, x: &Scale, y: &Scale) -> Vec<Entry<'_>> {
        let entry = |(index, one): (usize, &'_ Series)| (index, one.stroke);
        let strokes = self.series.iter().enumerate().map(entry);
        let labels = self.series.iter().map(|one| one.label.as_str());
        let mut entries: Vec<_> = strokes
            .zip(labels)
            .map(|((index, stroke), label)| match stroke {
                Stroke::Marked => Entry::Line(index, label),
                Stroke::Thin => Entry::Thin(index, label),
            })
            .collect();
        if self.series.iter().any(|one| chart::leaves(one, x, y)) {
            entries.push(Entry::Cross(if self.log_y { OFF_LOG } else { OFF }));
        }
        entries
    }

    fn picture(&self) -> Picture {
        let (x, y) = self.axes();
        let entries = self.entries(&x, &y);
        let height = TITLE + NAME + PLOT + FOOT + legend::places(&entries, WIDTH).1 + 8;
        Picture::new((WIDTH as u32, height as u32), &self.words(), |area| {
            let (top, rest) = area.split_vertically(TITLE + NAME);
            self.head(&top)?;
            let (plot, rest) = rest.split_vertically(PLOT);
            chart::draw(&plot, &self.series, &x, &y)?;
            let (name, rest) = rest.split_vertically(FOOT);
            let text = Type::new(29, ink::MUTED).anchored(HPos::Right).style();
            name.draw(&Text::new(fit(&self.x, WIDTH - 60, 29), (WIDTH - 40, FOOT - NAME / 2), text))?;
            legend::draw(&rest, &entries, WIDTH)
        })
    }

    fn head(&self, area: &Canvas<'_>) -> Drawn {
        let (bold, plain) = (Type::new(32, ink::INK).bold().style(), Type::new(29, ink::MUTED).style());
        area.draw(&Text::new(fit(&self.title, WIDTH - 40, 32), (4, TITLE / 2 + 2), bold))?;
        area.draw(&Text::new(fit(&self.y, WIDTH - 40, 29), (4, TITLE + NAME / 2), plain))
    }

    /// What it shows, for whoever does not see it: each line from its first point to its last.
    fn words(&self) -> String {
        let line = |one: &Series| match (one.points.first(), one.points.last()) {
            (Some(first), Some(last)) => {
                format!(
                    "; {}: {} at {} to {} at {}",
                    one.label,
                    short(first.1),
                    short(first.0),
                    short(last.1),
                    short(last.0)
                )
            }
            _ => format!("; {}: no points", one.label),
        };
        let lines: String = self.series.iter().take(12).map(line).collect();
        clean(&format!("{}: {} by {}{lines}", self.title, self.y, self.x))
    }
}

impl From<&LineChart> for Figure {
    fn from(chart: &LineChart) -> Self {
        Self::new(&chart.title, "", vec![chart.picture()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_numbers_a_chart_is_drawn_and_names_its_crosses() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 1e300, 5e-324];
        for log in [false, true] {
            for &value in &odd {
                let points = vec![(1.0, 1.0), (2.0, value), (value, 2.0)];
                let band = vec![(1.0, value, 2.0)];
                let chart = LineChart {
                    log_x: log,
                    log_y: log,
                    series: vec![Series::new("<b>&'\"", points).with_band(band)],
                    ..LineChart::default()
                };
                let svg = Figure::from(&chart).svg();
                assert!(!svg.contains("NaN,") && !svg.contains("inf,") && !svg.contains("<b>"), "{svg}");
                assert_eq!(
                    svg.contains("not finite"),
                    !value.is_finite() || log && value <= 0.0,
                    "{value} {log}"
                );
            }
        }
    }

    #[test]
    fn nothing_to_draw_is_drawn_empty() {
        assert!(Figure::from(&LineChart::default()).svg().ends_with("</svg>"));
        let no_points = LineChart { series: vec![Series::default()], ..LineChart::default() };
        assert!(Figure::from(&no_points).svg().contains("no points"));
    }

    #[test]
    fn two_hundred_layers_have_a_dozen_markers() {
        let chart = LineChart { series: vec![Series::by_layer("s", &[1.0; 200])], ..LineChart::default() };
        let circles = Figure::from(&chart).svg().matches("<circle").count();
        assert!((10..=14).contains(&circles), "{circles}");
    }
}
