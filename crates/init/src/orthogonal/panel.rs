//! A few Householder reflectors as one: `H₀·H₁ ⋯ H₍width₋₁₎ = I − V·T⁻¹·Vᵀ`.

use std::ops::Range;

use counter_rng::Kernel;
use counter_rng::product::{Matrix, MatrixMut, Scalar, add_product};
use rayon::prelude::*;

use crate::error::Result;
use crate::orthogonal::inverse::negated;
use crate::orthogonal::matrix::Tall;
use crate::orthogonal::reflector::{Draw, End};
use crate::orthogonal::zeros::zeros;

/// Reflectors that are applied together. Another number rounds otherwise, so it is part of the values.
pub(super) const PANEL: usize = 64;

/// Columns, or rows, that a thread takes at a time at most: memory for its own products stays constant, and packing the
/// reflectors is little beside their use. This and the next two do not decide any bit.
const MOST: usize = 240;
/// At least: whole tiles of 6, 8 or 3.
const LEAST: usize = 48;
/// Columns of `VᵀV` that a thread takes.
const GRAM: usize = 32;

/// Memory for one panel of reflectors after the other.
pub(super) struct Workspace<T> {
    kernel: Kernel,
    v: Vec<T>,
    gram: Vec<T>,
    /// `−T⁻¹·Vᵀ·Q` of all columns, where the matrix lies by rows.
    w: Vec<T>,
}

/// The reflectors of a panel, ready for use.
struct Panel<'a, T> {
    kernel: Kernel,
    v: Matrix<'a, T>,
    /// `−T⁻¹`.
    inverse: Matrix<'a, T>,
}

impl<T: Scalar> Workspace<T> {
    /// Enough for every panel of a `long × short` matrix.
    pub(super) fn new(kernel: Kernel, long: usize, short: usize, by_columns: bool) -> Result<Self> {
        let width = PANEL.min(short);
        let w = zeros(if by_columns { 0 } else { width * short })?;
        Ok(Self { kernel, v: zeros(stride(long).saturating_mul(width))?, gram: zeros(width * width)?, w })
    }

    /// Multiplies `q`, which is zero in its first rows and columns, by the reflectors of its first columns and
    /// by the signs that belong to them.
    pub(super) fn reflect(&mut self, mut q: Tall<'_, T>, at: Draw<'_>) -> Result<()> {
        let (height, width, stride) = (q.long, PANEL.min(q.short), stride(q.long));
        let v = &mut self.v[..stride * width];
        let ends = at.reflectors(v, height, stride)?;
        let v = Matrix::new(v, [height, width], [1, stride]);
        let gram = gram(self.kernel, v, &mut self.gram[..width * width]);
        let tau: Vec<f64> = ends.iter().map(|end| end.tau).collect();
        let inverse = negated(gram, &tau);
        for (k, End { sign, .. }) in ends.into_iter().enumerate() {
            q.set_diagonal(k, T::nearest(sign));
        }
        let inverse = Matrix::new(&inverse, [width, width], [1, width]);
        let panel = Panel { kernel: self.kernel, v, inverse };
        if q.by_columns {
            panel.columns(q);
        } else {
            panel.rows(q, &mut self.w);
        }
        Ok(())
    }
}

/// From reflector to reflector: an odd number of lines of 64 bytes or more, so that an element of each is not in the same set
/// of a cache.
fn stride(height: usize) -> usize {
    (height.div_ceil(16) | 1) * 16
}

/// `Vᵀ·V` by columns; what lies below the diagonal is not all there.
fn gram<'a, T: Scalar>(kernel: Kernel, v: Matrix<'_, T>, out: &'a mut [T]) -> &'a [T] {
    let width = v.cols();
    out.par_chunks_mut(GRAM * width).enumerate().for_each(|(i, out)| {
        let cols = GRAM * i..GRAM * i + out.len() / width;
        out.fill(T::nearest(0.0));
        let above = v.some_cols(0..cols.end).transpose();
        add_product(
            kernel,
            MatrixMut::new(out, [cols.end, cols.len()], [1, width]),
            above,
            v.some_cols(cols),
        );
    });
    out
}

impl<T: Scalar> Panel<'_, T> {
    /// `Q += V·(−T⁻¹·(Vᵀ·Q))`, where columns lie side by side.
    fn columns(&self, q: Tall<'_, T>) {
        let (width, strips) = (self.v.cols(), self.strips(q.short));
        let parts: Vec<_> = strips.iter().zip(q.parts(&strips)).collect();
        parts.into_par_iter().for_each(|(strip, q)| {
            let (shape, strides) = ([width, strip.len()], [1, width]);
            let mut w = vec![T::nearest(0.0); width * strip.len()];
            self.project(q.view(), self.filled(strip), MatrixMut::new(&mut w, shape, strides));
            add_product(self.kernel, q, self.v, Matrix::new(&w, shape, strides));
        });
    }

    /// The same where rows lie side by side: `−T⁻¹·Vᵀ·Q` by strips of columns, and then `Q` by blocks of rows.
    fn rows(&self, q: Tall<'_, T>, w: &mut [T]) {
        let (width, strips) = (self.v.cols(), self.strips(q.short));
        let (view, mut rest, mut products) = (q.view(), w, Vec::new());
        for strip in strips {
            let (w, others) = rest.split_at_mut(width * strip.len());
            products.push((strip, w));
            rest = others;
        }
        products.par_iter_mut().for_each(|(strip, w)| {
            w.fill(T::nearest(0.0));
            let w = MatrixMut::row_major(w, width, strip.len());
            self.project(view.some_cols(strip.clone()), self.filled(strip), w);
        });
        let blocks = ranges(0..q.long, portion(q.long));
        let parts: Vec<_> = blocks.iter().zip(q.parts(&blocks)).collect();
        parts.into_par_iter().for_each(|(block, mut q)| {
            for (strip, w) in &products {
                let w = Matrix::row_major(w, width, strip.len());
                add_product(self.kernel, q.some_cols(strip.clone()), self.v.some_rows(block.clone()), w);
            }
        });
    }

    /// `out += −T⁻¹·(Vᵀ·Q)` for some columns of `Q` that are zero outside of `rows`.
    fn project(&self, q: Matrix<'_, T>, rows: Range<usize>, out: MatrixMut<'_, T>) {
        let (shape, strides) = ([out.rows(), out.cols()], out.strides());
        let mut sums = vec![T::nearest(0.0); shape[0] * shape[1]];
        let (v, q) = (self.v.some_rows(rows.clone()), q.some_rows(rows));
        add_product(self.kernel, MatrixMut::new(&mut sums, shape, strides), v.transpose(), q);
        add_product(self.kernel, out, self.inverse, Matrix::new(&sums, shape, strides));
    }

    /// The rows in which some columns are not zero: the first columns have their signs, the others nothing beside them.
    fn filled(&self, strip: &Range<usize>) -> Range<usize> {
        let (height, width) = (self.v.rows(), self.v.cols());
        if strip.start < width { 0..width } else { width..height }
    }

    /// The first columns, and parts of the others.
    fn strips(&self, columns: usize) -> Vec<Range<usize>> {
        let width = self.v.cols();
        let others = ranges(width..columns, portion(columns - width));
        std::iter::once(0..width).chain(others).collect()
    }
}

/// Some twice as many portions as threads, in whole tiles.
fn portion(count: usize) -> usize {
    (count / (2 * rayon::current_num_threads())).next_multiple_of(LEAST).clamp(LEAST, MOST)
}

fn ranges(whole: Range<usize>, portion: usize) -> Vec<Range<usize>> {
    let end = whole.end;
    whole.step_by(portion).map(|start| start..end.min(start + portion)).collect()
}
