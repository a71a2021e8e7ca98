//! Histograms of layers, side by side.

use super::ink::Ink;
use super::text::{escaped, text};

/// Bars by layer: how often each value occurs, between two ends.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What it shows.
    pub title: String,
    /// The colour.
    pub ink: Ink,
    /// The values at the two ends of each histogram.
    pub ends: (f64, f64),
    /// A name and the counts of a histogram each.
    pub cells: Vec<(String, Vec<u64>)>,
}

/// What a histogram takes, and where the next one starts: between them is room for the marks of both.
const CELL: (f64, f64) = (65.0, 66.0);
const EVERY: f64 = 80.0;
const TOP: f64 = 30.0;

impl Bars {
    /// The histograms as an SVG element.
    #[must_use]
    pub fn svg(&self) -> String {
        let cells: String =
            self.cells.iter().enumerate().map(|(index, cell)| self.cell(index, cell)).collect();
        let title = text("title", 4.0, 17.0, &self.title);
        format!(
            r#"<svg viewBox="0 0 480 {}" role="img" aria-label="{}">{title}{cells}</svg>"#,
            TOP + CELL.1 + 36.0,
            escaped(&self.title)
        )
    }

    fn cell(&self, index: usize, (name, counts): &(String, Vec<u64>)) -> String {
        let left = 12.0 + EVERY * index as f64;
        let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
        let step = CELL.0 / counts.len().max(1) as f64;
        let base = TOP + CELL.1;
        let bar = |(number, count): (usize, &u64)| {
            let height = CELL.1 * *count as f64 / most;
            let (x, y) = (left + step * number as f64, base - height);
            format!(r#"<path d="M{x:.1} {base}V{y:.1}h{step:.1}V{base}z"/>"#)
        };
        let bars: String = counts.iter().enumerate().map(bar).collect();
        format!(
            r#"<g class="bars {}">{bars}</g><path class="grid" d="M{left} {base}h{}"/>{}{}"#,
            self.ink.class(),
            CELL.0,
            self.marks(left, base + 14.0),
            text("note middle", left + CELL.0 / 2.0, base + 30.0, name)
        )
    }

    /// The values of the ends and of the middle, each centred below its place.
    fn marks(&self, left: f64, y: f64) -> String {
        let (lo, hi) = self.ends;
        let mark = |share: f64| {
            let value = format!("{}", lo + share * (hi - lo)).replace('-', "−");
            text("tick middle", left + share * CELL.0, y, &value)
        };
        [0.0, 0.5, 1.0].map(mark).concat()
    }
}
