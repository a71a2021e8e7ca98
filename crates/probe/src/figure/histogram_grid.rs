//! Histograms side by side, one a layer or a parameter.

use crate::figure::cell::{Cell, FRAME};
use crate::figure::drawn::Figure;
use crate::figure::grid;
use crate::figure::picture::Picture;
use crate::statistics::histogram::Histogram;
use crate::text::number::short;

/// Histograms side by side. At most 64 are drawn: those with a finding first, the rest evenly from first to last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramGrid {
    /// What they are of.
    pub title: String,
    /// The histograms, in order.
    pub cells: Vec<HistogramCell>,
}

/// One histogram of a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramCell {
    /// What it is of: a parameter, a layer.
    pub name: String,
    /// The counts.
    pub histogram: Histogram,
    /// Whether something is wrong with it; it then has another colour and a mark.
    pub flagged: bool,
}

impl HistogramGrid {
    /// A grid of `cells`.
    #[must_use]
    pub fn new(title: impl Into<String>, cells: Vec<HistogramCell>) -> Self {
        Self { title: title.into(), cells }
    }
}

impl HistogramCell {
    /// The histogram of `name`, with nothing wrong.
    #[must_use]
    pub fn new(name: impl Into<String>, histogram: Histogram) -> Self {
        Self { name: name.into(), histogram, flagged: false }
    }

    fn picture(&self) -> Picture {
        let Histogram { lo, hi, counts } = &self.histogram;
        let all: u64 = counts.iter().sum();
        let ends = match counts.len() {
            0 => ("no finite value".into(), String::new()),
            _ if lo == hi => (format!("all {}", short(*lo)), String::new()),
            _ => (short(*lo), short(*hi)),
        };
        let words = format!("{}: {all} values from {} to {}", self.name, short(*lo), short(*hi));
        let cell = Cell { name: &self.name, flagged: self.flagged, ends, words };
        cell.picture(steps(counts), true)
    }
}

/// The outline of the bars, as high as the frame at the fullest bin that is not cut.
fn steps(counts: &[u64]) -> Vec<(i32, i32)> {
    let (left, top, right, bottom) = FRAME;
    let most = highest(counts);
    let edge =
        |bin: usize| left + (f64::from(right - left) * bin as f64 / counts.len() as f64).round() as i32;
    let mut corners = vec![(left, bottom)];
    for (bin, &count) in counts.iter().enumerate() {
        let height = (f64::from(bottom - top) * (count as f64 / most).min(1.0)).ceil() as i32;
        corners.extend([(edge(bin), bottom - height), (edge(bin + 1), bottom - height)]);
    }
    corners.push((corners.last().map_or(left, |corner| corner.0), bottom));
    corners
}

/// The count that is as high as the frame. The zeros of a ReLU would press all other bins flat, so a bin that is far
/// fuller than the next is cut.
fn highest(counts: &[u64]) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    match sorted.as_slice() {
        [first, second, ..] if *second > 0 && *first > 3 * second => 1.5 * *second as f64,
        [first, ..] => (*first).max(1) as f64,
        [] => 1.0,
    }
}

impl From<&HistogramGrid> for Figure {
    fn from(figure: &HistogramGrid) -> Self {
        let flags: Vec<_> = figure.cells.iter().map(|cell| cell.flagged).collect();
        let chosen = grid::chosen(&flags);
        let pictures: Vec<_> =
            chosen.iter().filter_map(|&index| figure.cells.get(index)).map(HistogramCell::picture).collect();
        let more = "Each from its smallest to its largest value; a bin that is far fuller than all others is cut at the top.";
        let caption = grid::caption(&figure.title, pictures.len(), flags.len(), more);
        Self::new(&figure.title, caption, pictures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_is_as_high_as_its_count() {
        let (_, top, _, bottom) = FRAME;
        let corners = steps(&[1, 2, 0]);
        assert_eq!(corners.iter().map(|corner| corner.1).min(), Some(top));
        assert_eq!(bottom - corners[1].1, (bottom - top) / 2);
        assert_eq!(corners.first().unwrap().1, bottom);
        assert_eq!(corners[5].1, bottom);
    }

    #[test]
    fn the_zeros_of_a_relu_leave_the_rest_in_sight() {
        let (_, top, _, bottom) = FRAME;
        let corners = steps(&[1000, 30, 15]);
        assert_eq!((corners[1].1, bottom - corners[3].1), (top, ((bottom - top) * 2 + 2) / 3));
        assert_eq!(highest(&[1000, 0, 0]), 1000.0);
        assert_eq!(highest(&[0, 0]), 1.0);
    }

    #[test]
    fn hostile_names_and_empty_histograms_are_drawn() {
        let names = ["</svg><script>alert(1)</script>", "\u{0}\u{7}", "", "a\"b'c&d"];
        let cells: Vec<_> =
            names.iter().map(|&name| HistogramCell::new(name, Histogram::default())).collect();
        let svg = Figure::from(&HistogramGrid::new("<title>", cells)).svg();
        assert!(!svg.contains("<script") && !svg.contains('\0') && svg.contains("no finite value"), "{svg}");
    }

    #[test]
    fn two_hundred_layers_stay_small() {
        let one = Histogram::new(&(0..1000).map(|i| (i as f32).sin()).collect::<Vec<_>>(), 60);
        let cells =
            (0..200).map(|i| HistogramCell::new(format!("encoder.layers.{i}.fc"), one.clone())).collect();
        let figure = Figure::from(&HistogramGrid::new("Weights", cells));
        assert!(
            figure.caption().contains("64 of 200") && figure.svg().len() < 200_000,
            "{}",
            figure.svg().len()
        );
    }
}
