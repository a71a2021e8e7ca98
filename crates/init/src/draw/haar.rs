//! The Haar matrices of a parameter, and how orthogonal they are.

use candle_core::Tensor;
use counter_rng::{Element, Purpose};
use rayon::prelude::*;

use crate::draw::parameter::Parameter;
use crate::draw::round::round;
use crate::error::Result;
use crate::layer::layout::Layout;
use crate::orthogonal::{Scalar, defect, orthonormal};

/// One matrix a part, and where their entries go.
#[derive(Clone, Debug)]
pub(crate) struct Haar {
    pub(crate) gain: f64,
    pub(crate) layout: Layout,
    /// The tap that holds the matrix, of how many; the others are zero.
    pub(crate) tap: usize,
    pub(crate) taps: usize,
}

impl Haar {
    /// The root mean square of all elements: `gain/√max(rows, cols)`, thinned by the empty taps.
    pub(crate) fn std(&self) -> f64 {
        let longer = self.layout.rows().max(self.layout.cols()).max(1);
        self.gain.abs() / (longer as f64 * self.taps as f64).sqrt()
    }

    /// Whether elements lie in memory as those of the matrices do, one matrix after another.
    pub(crate) fn is_plain(&self) -> bool {
        self.taps == 1 && self.layout.is_row_major()
    }

    /// The matrices of all parts, one after another.
    fn matrices<W: Scalar>(&self, start: usize, parameter: &Parameter<'_>) -> Result<Vec<W>> {
        let (rows, cols) = (self.layout.rows(), self.layout.cols());
        let stream = parameter.stream(Purpose::Auxiliary);
        let mut whole = Vec::new();
        for part in 0..self.layout.parts() {
            let first = (start / self.taps + part * rows * cols) as u64;
            let mut matrix = orthonormal::<W>(rows, cols, &stream, first)?;
            if whole.is_empty() {
                whole = matrix;
            } else {
                whole.append(&mut matrix);
            }
        }
        Ok(whole)
    }

    /// The place of an element among the matrices, if it belongs to one.
    fn entry(&self, element: usize) -> Option<usize> {
        let place = self.layout.position(element);
        let row = place.part * self.layout.rows() + place.row;
        (place.tap == self.tap).then_some(row * self.layout.cols() + place.col)
    }

    /// Writes the elements from `start` on.
    pub(crate) fn write<W: Scalar>(
        &self,
        out: &mut [f64],
        start: usize,
        parameter: &Parameter<'_>,
    ) -> Result<()> {
        let matrices = self.matrices::<W>(start, parameter)?;
        for (i, out) in out.iter_mut().enumerate() {
            let entry = self.entry(i).and_then(|entry| matrices.get(entry));
            *out = entry.map_or(0.0, |&entry| self.gain * entry.into());
        }
        Ok(())
    }

    /// The whole of a [plain](Self::is_plain) parameter, without places to look up.
    pub(crate) fn plain<T: Element, W: Scalar>(&self, parameter: &Parameter<'_>) -> Result<Vec<T>> {
        let matrices = self.matrices::<W>(0, parameter)?;
        let entries = matrices.into_par_iter().enumerate().with_min_len(1 << 14);
        entries.map(|(i, entry)| round(self.gain * entry.into(), i, parameter)).collect()
    }

    /// The largest `|QᵀQ/gain² − I|` of the matrices in a parameter; `None` where there is nothing to measure.
    pub(crate) fn error(&self, parameter: &Tensor) -> Result<Option<f64>> {
        let (rows, cols) = (self.layout.rows(), self.layout.cols());
        if self.gain == 0.0 || rows * cols == 0 {
            return Ok(None);
        }
        let values = crate::widen::widen(&parameter.detach().flatten_all()?)?.to_vec1::<f64>()?;
        let mut matrices = vec![0.0; self.layout.parts() * rows * cols];
        for (i, value) in values.into_iter().enumerate() {
            if let Some(entry) = self.entry(i).and_then(|entry| matrices.get_mut(entry)) {
                *entry = value / self.gain;
            }
        }
        let parts = matrices.chunks_exact(rows * cols).map(|matrix| defect(matrix, rows, cols));
        Ok(parts.collect::<Result<Vec<_>>>()?.into_iter().reduce(f64::max))
    }
}
