//! Singular values side by side, one matrix each.

use crate::figure::cell::{Cell, FRAME};
use crate::figure::drawn::Figure;
use crate::figure::grid;
use crate::figure::picture::Picture;
use crate::text::number::short;

/// The singular values of matrices, side by side, drawn from the largest to the smallest on a linear axis that
/// starts at 0. At most 64 are drawn, as in a [`HistogramGrid`](super::HistogramGrid).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpectrumGrid {
    /// What they are of.
    pub title: String,
    /// The matrices, in order.
    pub cells: Vec<SpectrumCell>,
}

/// One matrix of a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpectrumCell {
    /// The matrix's name.
    pub name: String,
    /// Its singular values, largest first.
    pub values: Vec<f64>,
    /// Whether something is wrong with it; it then has another colour and a mark.
    pub flagged: bool,
}

impl SpectrumGrid {
    /// A grid of `cells`.
    #[must_use]
    pub fn new(title: impl Into<String>, cells: Vec<SpectrumCell>) -> Self {
        Self { title: title.into(), cells }
    }
}

impl SpectrumCell {
    /// The spectrum of `name`, with nothing wrong.
    #[must_use]
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values, flagged: false }
    }

    fn picture(&self) -> Picture {
        let (first, last) = (self.values.first(), self.values.last());
        let end = |value: Option<&f64>| value.map_or_else(|| "no values".into(), |value| short(*value));
        let words = format!(
            "{}: {} singular values from {} to {}",
            self.name,
            self.values.len(),
            end(first),
            end(last)
        );
        let cell = Cell { name: &self.name, flagged: self.flagged, ends: (end(first), end(last)), words };
        cell.picture(curve(&self.values), false)
    }
}

/// A curve of at most 80 points; what is not finite is at the top.
fn curve(values: &[f64]) -> Vec<(i32, i32)> {
    let (left, top, right, bottom) = FRAME;
    let most = values.iter().copied().filter(|value| value.is_finite()).fold(f64::MIN_POSITIVE, f64::max);
    let last = values.len().saturating_sub(1).max(1) as f64;
    let step = values.len().div_ceil(80).max(1);
    let point = |(index, &value): (usize, &f64)| {
        let share = if value.is_finite() { (value / most).clamp(0.0, 1.0) } else { 1.0 };
        let x = f64::from(left) + f64::from(right - left) * index as f64 / last;
        (x.round() as i32, bottom - (f64::from(bottom - top) * share).round() as i32)
    };
    let ends = values.iter().enumerate().skip(values.len().saturating_sub(1));
    values.iter().enumerate().step_by(step).chain(ends).map(point).collect()
}

impl From<&SpectrumGrid> for Figure {
    fn from(figure: &SpectrumGrid) -> Self {
        let flags: Vec<_> = figure.cells.iter().map(|cell| cell.flagged).collect();
        let chosen = grid::chosen(&flags);
        let pictures: Vec<_> =
            chosen.iter().filter_map(|&index| figure.cells.get(index)).map(SpectrumCell::picture).collect();
        let more = "Each from its largest singular value, which is as high as its picture, to its smallest.";
        let caption = grid::caption(&figure.title, pictures.len(), flags.len(), more);
        Self::new(&figure.title, caption, pictures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_runs_from_the_largest_to_the_smallest() {
        let (left, top, right, bottom) = FRAME;
        assert_eq!(curve(&[2.0, 1.0, 0.0]).first(), Some(&(left, top)));
        assert_eq!(curve(&[2.0, 1.0, 0.0]).last(), Some(&(right, bottom)));
        let long: Vec<_> = (0..4096).rev().map(f64::from).collect();
        assert!(curve(&long).len() <= 82 && curve(&long).last() == Some(&(right, bottom)));
    }

    #[test]
    fn odd_values_are_drawn() {
        let cells = [vec![], vec![f64::NAN, f64::INFINITY], vec![0.0], vec![-1.0, 5e-324]];
        let cells = cells.into_iter().map(|values| SpectrumCell::new("m", values)).collect();
        let svg = Figure::from(&SpectrumGrid::new("Spectra", cells)).svg();
        assert!(svg.contains("no values") && !svg.contains("NaN,"), "{svg}");
    }
}
