//! The matrix in memory, by columns or by rows.

use std::ops::Range;

use counter_rng::product::{Matrix, MatrixMut};

/// A tall matrix, or its rows and columns from some `first` on. Its lines, of `stride` values each, are its columns where
/// the parameter is wide or square, else its rows.
pub(super) struct Tall<'a, T> {
    /// From line `first` on.
    values: &'a mut [T],
    stride: usize,
    /// Values of each line before the first.
    first: usize,
    pub(super) long: usize,
    pub(super) short: usize,
    /// Whether the lines are columns.
    pub(super) by_columns: bool,
}

impl<'a, T: Copy> Tall<'a, T> {
    /// A parameter of `rows × cols`. A square one is as uniform transposed.
    pub(super) fn new(values: &'a mut [T], rows: usize, cols: usize) -> Self {
        let by_columns = rows <= cols;
        Self { values, stride: cols, first: 0, long: rows.max(cols), short: rows.min(cols), by_columns }
    }

    /// The rows and columns from `first` on.
    pub(super) fn from(&mut self, first: usize) -> Tall<'_, T> {
        Tall {
            values: &mut self.values[first * self.stride..],
            first: self.first + first,
            long: self.long - first,
            short: self.short - first,
            ..*self
        }
    }

    /// Sets an element of the diagonal.
    pub(super) fn set_diagonal(&mut self, k: usize, value: T) {
        self.values[self.first + k * (self.stride + 1)] = value;
    }

    /// For reading.
    pub(super) fn view(&self) -> Matrix<'_, T> {
        let (shape, strides) = self.description(if self.by_columns { self.short } else { self.long });
        Matrix::new(&self.values[self.first..], shape, strides)
    }

    /// Shape and strides of `lines` lines.
    fn description(&self, lines: usize) -> ([usize; 2], [usize; 2]) {
        if self.by_columns {
            ([self.long, lines], [1, self.stride])
        } else {
            ([lines, self.short], [self.stride, 1])
        }
    }

    /// Lines in parts of so many.
    pub(super) fn parts(self, ranges: &[Range<usize>]) -> Vec<MatrixMut<'a, T>> {
        let descriptions: Vec<_> = ranges.iter().map(|range| self.description(range.len())).collect();
        let (mut rest, mut parts) = (self.values, Vec::new());
        for (range, (shape, strides)) in ranges.iter().zip(descriptions) {
            let (lines, others) = rest.split_at_mut(range.len() * self.stride);
            parts.push(MatrixMut::new(&mut lines[self.first..], shape, strides));
            rest = others;
        }
        parts
    }
}
