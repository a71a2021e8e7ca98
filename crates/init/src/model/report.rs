//! What a model's parameters got: law and reason, target and measurement.

use std::fmt;

use candle_core::{DType, Tensor, Var};

use crate::error::Result;
use crate::model::record::Record;
use crate::model::table;
use crate::policy::Reason;

/// One line of a report.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// What was asked and decided.
    pub record: Record,
    /// Mean of the values there now; NaN for an empty tensor.
    pub mean: f64,
    /// Standard deviation of the values there now (divided by n); NaN for an empty tensor.
    pub std: f64,
    /// How far its matrices are from orthogonal: the largest entry of `|QᵀQ − I|`, along the shorter side and
    /// without the gain. `None` for laws that do not promise it.
    pub orthogonality_error: Option<f64>,
}

/// Every parameter of a `VarMap`, in name order. Prints as a table.
#[derive(Clone, Debug)]
pub struct Report {
    entries: Vec<Entry>,
}

impl Report {
    pub(crate) fn new<'a>(parameters: impl Iterator<Item = (Record, &'a Var)>) -> Result<Self> {
        let entry = |(record, var): (Record, &Var)| {
            let (mean, std) = measure(var)?;
            let orthogonality_error =
                record.haar.as_ref().map(|haar| haar.orthogonality_error(var)).transpose()?.flatten();
            Ok(Entry { record, mean, std, orthogonality_error })
        };
        Ok(Self { entries: parameters.map(entry).collect::<Result<_>>()? })
    }

    /// Every parameter.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn count(&self, reason: &Reason) -> usize {
        self.entries.iter().filter(|entry| entry.record.reason == *reason).count()
    }
}

/// Values that are read at a time: memory for measuring stays constant.
const CHUNK: usize = 1 << 20;

/// Mean and standard deviation in f64, as deviations from the first value, so that a large mean
/// swallows nothing.
fn measure(tensor: &Tensor) -> Result<(f64, f64)> {
    let flat = tensor.detach().flatten_all()?;
    let total = flat.elem_count();
    let (mut origin, mut sum, mut squares) = (None, 0.0, 0.0);
    for start in (0..total).step_by(CHUNK) {
        let values = exact(&flat.narrow(0, start, CHUNK.min(total - start))?)?;
        for value in values.to_vec1::<f64>()? {
            let d = value - *origin.get_or_insert(value);
            sum += d;
            squares += d * d;
        }
    }
    let n = total as f64;
    let mean = sum / n;
    let variance = squares / n - mean * mean;
    // `max` would make a zero of NaN, which an empty tensor has, or one with a NaN inside.
    let std = if variance < 0.0 { 0.0 } else { variance.sqrt() };
    Ok((origin.unwrap_or(f64::NAN) + mean, std))
}

/// The values in `f64`. An F8E4M3 goes by way of `f32`: candle's direct conversion never returns.
pub(crate) fn exact(values: &Tensor) -> Result<Tensor> {
    let wide = if values.dtype() == DType::F8E4M3 { values.to_dtype(DType::F32)? } else { values.clone() };
    Ok(wide.to_dtype(DType::F64)?)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |Entry { record: r, std, mean, .. }: &Entry| {
            let (target, measured) =
                (table::number(r.target_std), table::number(mean.is_finite().then_some(*std)));
            [r.name.clone(), table::shape(&r.shape), r.reason.to_string(), r.law.clone(), target, measured]
        };
        let header = ["parameter", "shape", "rule", "law", "target std", "measured std"];
        write!(f, "{}", table::table(header, &[4, 5], self.entries.iter().map(row)))?;
        let notes = [
            (Reason::Uncovered, "covered by no rule and no hint: zero, as candle leaves them"),
            (Reason::Foreign, "not made by this initializer"),
        ];
        for (reason, note) in notes {
            match self.count(&reason) {
                0 => {}
                n => write!(f, "\n{n} of {} parameters {note}", self.entries.len())?,
            }
        }
        let worst = self.entries.iter().filter_map(|e| Some((e.orthogonality_error?, &e.record.name)));
        match worst.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
            Some((error, name)) => write!(f, "\northogonal to within {error:.1e}, `{name}` least"),
            None => Ok(()),
        }
    }
}
