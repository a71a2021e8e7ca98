//! Matrices as views of memory.

use std::ops::Range;

/// A matrix in memory: element `(i, j)` is value `i·row_stride + j·col_stride`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    values: &'a [T],
    shape: [usize; 2],
    strides: [usize; 2],
}

impl<'a, T: Copy> Matrix<'a, T> {
    /// A view of `values`, which must reach as far as its last element.
    ///
    /// # Panics
    /// Where they do not.
    #[must_use]
    pub fn new(values: &'a [T], shape: [usize; 2], strides: [usize; 2]) -> Self {
        assert!(reach(shape, strides) <= values.len(), "{shape:?} by {strides:?} in {}", values.len());
        Self { values, shape, strides }
    }

    /// Rows one after another.
    ///
    /// # Panics
    /// Where there are fewer than `rows·cols` values.
    #[must_use]
    pub fn row_major(values: &'a [T], rows: usize, cols: usize) -> Self {
        Self::new(values, [rows, cols], [cols, 1])
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.shape[0]
    }

    /// The number of columns.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.shape[1]
    }

    /// Rows as columns.
    #[must_use]
    pub fn transpose(self) -> Self {
        let ([rows, cols], [down, across]) = (self.shape, self.strides);
        Self { shape: [cols, rows], strides: [across, down], ..self }
    }

    /// Some of the rows.
    ///
    /// # Panics
    /// Where there are no such rows.
    #[must_use]
    pub fn some_rows(self, range: Range<usize>) -> Self {
        assert!(range.end <= self.rows(), "rows {range:?} of {}", self.rows());
        let start = (range.start * self.strides[0]).min(self.values.len());
        Self { values: &self.values[start..], shape: [range.len(), self.cols()], ..self }
    }

    /// Some of the columns.
    ///
    /// # Panics
    /// Where there are no such columns.
    #[must_use]
    pub fn some_cols(self, range: Range<usize>) -> Self {
        self.transpose().some_rows(range).transpose()
    }

    /// The values from `(row, col)` on, to the end of the row and beyond.
    #[inline(always)]
    pub(super) fn from(&self, row: usize, col: usize) -> &'a [T] {
        &self.values[row * self.strides[0] + col * self.strides[1]..]
    }

    /// The stride along a row.
    #[inline(always)]
    pub(super) fn across(&self) -> usize {
        self.strides[1]
    }

    /// The stride from row to row.
    #[inline(always)]
    pub(super) fn down(&self) -> usize {
        self.strides[0]
    }
}

/// A [`Matrix`] that can be written.
#[derive(Debug)]
pub struct MatrixMut<'a, T> {
    values: &'a mut [T],
    shape: [usize; 2],
    strides: [usize; 2],
}

impl<'a, T: Copy> MatrixMut<'a, T> {
    /// As [`Matrix::new`]. Of two elements at one address, the product has one.
    ///
    /// # Panics
    /// Where `values` do not reach as far as the last element.
    #[must_use]
    pub fn new(values: &'a mut [T], shape: [usize; 2], strides: [usize; 2]) -> Self {
        assert!(reach(shape, strides) <= values.len(), "{shape:?} by {strides:?} in {}", values.len());
        Self { values, shape, strides }
    }

    /// Rows one after another.
    ///
    /// # Panics
    /// Where there are fewer than `rows·cols` values.
    #[must_use]
    pub fn row_major(values: &'a mut [T], rows: usize, cols: usize) -> Self {
        Self::new(values, [rows, cols], [cols, 1])
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.shape[0]
    }

    /// The number of columns.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.shape[1]
    }

    /// The strides: from row to row, and along a row.
    #[must_use]
    pub fn strides(&self) -> [usize; 2] {
        self.strides
    }

    /// Rows as columns.
    #[must_use]
    pub fn transpose(self) -> Self {
        let ([rows, cols], [down, across]) = (self.shape, self.strides);
        Self { shape: [cols, rows], strides: [across, down], ..self }
    }

    /// Some of the columns.
    ///
    /// # Panics
    /// Where there are no such columns.
    #[must_use]
    pub fn some_cols(&mut self, range: Range<usize>) -> MatrixMut<'_, T> {
        assert!(range.end <= self.cols(), "columns {range:?} of {}", self.cols());
        let start = (range.start * self.strides[1]).min(self.values.len());
        let (shape, strides) = ([self.rows(), range.len()], self.strides);
        MatrixMut { values: &mut self.values[start..], shape, strides }
    }

    /// For reading.
    #[must_use]
    pub fn view(&self) -> Matrix<'_, T> {
        Matrix { values: self.values, shape: self.shape, strides: self.strides }
    }

    /// Whether the elements of a row lie side by side.
    pub(super) fn has_rows(&self) -> bool {
        self.strides[1] == 1 || self.shape[1] <= 1
    }

    /// Elements `cols` of a row.
    #[inline(always)]
    pub(super) fn row(&mut self, row: usize, cols: Range<usize>) -> &mut [T] {
        let start = row * self.strides[0];
        &mut self.values[start + cols.start..start + cols.end]
    }
}

/// Values up to the last element of a matrix.
fn reach([rows, cols]: [usize; 2], [down, across]: [usize; 2]) -> usize {
    if rows == 0 || cols == 0 {
        return 0;
    }
    let far = |count: usize, stride: usize| (count - 1).saturating_mul(stride);
    far(rows, down).saturating_add(far(cols, across)).saturating_add(1)
}
