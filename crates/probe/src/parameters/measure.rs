//! One parameter measured: everything that its own values say.

use crate::parameters::element;
use crate::parameters::likeness::{chance, doubled, is_made, is_no_chance};
use crate::parameters::scan::{Pool, Scan};
use crate::parameters::source;
use crate::parameters::source::Source;
use crate::parameters::spectrum;
use crate::parameters::twins::{self, Twins};
use crate::{Histogram, Moments, Parameter, Result, Spectrum, Target};

/// Bins of a parameter's histogram.
const BINS: usize = 64;

/// A parameter and what the checks need besides.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) parameter: Parameter,
    pub(crate) rows: Twins,
    pub(crate) columns: Twins,
    /// Whether it is a matrix of a float dtype.
    pub(crate) is_weight: bool,
    /// Whether it is such a matrix, varies, and is not made by a formula.
    pub(crate) is_random: bool,
    /// The rule that says it is zero.
    pub(crate) zero_rule: Option<String>,
    /// Its fans as the initializer has them, or as its shape says.
    pub(crate) fans: Option<(f64, f64)>,
}

/// What an initializer says of a parameter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) target: Option<Target>,
    pub(crate) zero_rule: Option<String>,
    pub(crate) fans: Option<(f64, f64)>,
}

/// Puts together what a scan found, and looks for doubles and singular values.
pub(crate) fn measure(
    source: &dyn Source,
    tensor: usize,
    scan: &Scan,
    (spectra, known): (usize, Known),
    pool: &Pool,
) -> Result<Measured> {
    let entry = source::entry(source, tensor)?;
    let moments = moments(scan, entry);
    let is_weight = entry.matrix().is_some() && element::steps(entry.dtype).is_some();
    let varies = is_weight && moments.is_finite() && moments.min < moments.max;
    let is_random = varies && !is_made(source, tensor, (scan, &moments), pool)?;
    let (rows, columns) = if is_random { doubles(source, tensor, scan, pool)? } else { Default::default() };
    let wanted = varies && spectra > 0;
    let spectrum = if wanted { spectrum::of(source, tensor, spectra, pool)? } else { None };
    let Known { target, zero_rule, fans } = known;
    let fans = fans.or_else(|| of_shape(&entry.shape));
    let parameter = parameter(entry, scan, moments, (target, spectrum), (&rows, &columns));
    Ok(Measured { parameter, rows, columns, is_weight, is_random, zero_rule, fans })
}

fn parameter(
    entry: &source::Entry,
    scan: &Scan,
    moments: Moments,
    (target, spectrum): (Option<Target>, Option<Spectrum>),
    (rows, columns): (&Twins, &Twins),
) -> Parameter {
    let sample: Vec<f32> = scan.sample.iter().map(|&(_, value)| value as f32).collect();
    Parameter {
        name: entry.name.clone(),
        shape: entry.shape.clone(),
        dtype: element::name(entry.dtype),
        moments,
        target,
        histogram: Histogram::new(&sample, BINS),
        spectrum,
        twin_rows: rows.pairs.len(),
        twin_columns: columns.pairs.len(),
    }
}

/// The moments; of a dtype that is not measured the count alone.
fn moments(scan: &Scan, entry: &source::Entry) -> Moments {
    Moments { count: entry.count as u64, ..scan.sums.moments() }
}

/// Equal rows and columns that cannot be chance.
fn doubles(source: &dyn Source, tensor: usize, scan: &Scan, pool: &Pool) -> Result<(Twins, Twins)> {
    let entry = source::entry(source, tensor)?;
    let rows = twins::rows(source, tensor, &scan.rows, pool)?;
    let columns = twins::columns(source, tensor, pool)?;
    let Some((_, row)) = entry.matrix() else { return Ok(Default::default()) };
    let chance = chance(&scan.sample, entry.dtype, doubled(&entry.shape, row, &rows, &columns));
    let sure = |twins: Twins, length: usize| {
        let sure = is_no_chance(chance, twins.of, length);
        if sure { twins } else { Twins::default() }
    };
    let column = entry.count / columns.of.max(1);
    Ok((sure(rows, row), sure(columns, column)))
}

/// Fan-in and fan-out of `(out, in, kernel…)`.
fn of_shape(shape: &[usize]) -> Option<(f64, f64)> {
    let [rows, columns, kernel @ ..] = shape else { return None };
    let taps = kernel.iter().map(|&tap| tap as f64).product::<f64>();
    Some((*columns as f64 * taps, *rows as f64 * taps))
}
