//! One parameter measured: everything that its own values say.

use candle_init::Fan;

use crate::error::Result;
use crate::parameters::checks::likeness::{chance, doubled, is_made, is_no_chance};
use crate::parameters::checks::scan::Scan;
use crate::parameters::checks::singular::spectrum;
use crate::parameters::checks::twins::{self, Twins};
use crate::parameters::reading::dtype;
use crate::parameters::reading::piece::Pool;
use crate::parameters::reading::stored::Stored;
use crate::parameters::report::parameter::{Parameter, Target};
use crate::parameters::report::spectrum::Spectrum;
use crate::statistics::histogram::Histogram;
use crate::statistics::moments::Moments;

/// Bins of a parameter's histogram.
const BINS: usize = 64;

/// A parameter and what the checks need besides.
#[derive(Clone, Debug)]
pub(crate) struct Measured<'a> {
    pub(crate) tensor: &'a Stored,
    pub(crate) parameter: Parameter,
    pub(crate) rows: Twins,
    pub(crate) columns: Twins,
    /// Whether it is a matrix of a float dtype.
    pub(crate) is_weight: bool,
    /// Whether it is such a matrix, varies, and is not made by a formula.
    pub(crate) is_random: bool,
    /// The pattern of the rule that makes it zero.
    pub(crate) zero_rule: Option<String>,
    /// Its fans as the initializer has them, or as its shape says.
    pub(crate) fans: Option<(f64, f64)>,
    /// The fan that its rule divides by.
    pub(crate) fan: Option<Fan>,
}

/// What an initializer says of a parameter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) target: Option<Target>,
    pub(crate) zero_rule: Option<String>,
    pub(crate) fans: Option<(f64, f64)>,
    pub(crate) fan: Option<Fan>,
}

/// Puts together what a scan found, and looks for doubles and singular values up to a shorter side of `spectra`.
pub(crate) fn measure<'a>(
    tensor: &'a Stored,
    scan: &Scan,
    spectra: usize,
    known: Known,
    pool: &Pool,
) -> Result<Measured<'a>> {
    // Of a dtype that is not measured there is the count alone.
    let moments = Moments { count: tensor.count as u64, ..scan.sums.moments() };
    let is_weight = tensor.matrix().is_some() && tensor.is_float();
    let varies = is_weight && moments.is_finite() && moments.min < moments.max;
    let is_random = varies && !is_made(tensor, scan, &moments, pool)?;
    let (rows, columns) = if is_random { doubles(tensor, scan, pool)? } else { Default::default() };
    let wanted = varies && spectra > 0;
    let spectrum = if wanted { spectrum(tensor, spectra, pool)? } else { None };
    let Known { target, zero_rule, fans, fan } = known;
    let fans = fans.or_else(|| of_shape(&tensor.shape));
    let parameter = parameter(tensor, scan, moments, (target, spectrum), (&rows, &columns));
    Ok(Measured { tensor, parameter, rows, columns, is_weight, is_random, zero_rule, fans, fan })
}

fn parameter(
    tensor: &Stored,
    scan: &Scan,
    moments: Moments,
    (target, spectrum): (Option<Target>, Option<Spectrum>),
    (rows, columns): (&Twins, &Twins),
) -> Parameter {
    let sample: Vec<f32> = scan.sample.iter().map(|&(_, value)| value as f32).collect();
    Parameter {
        name: tensor.name.clone(),
        shape: tensor.shape.clone(),
        dtype: dtype::name(tensor.dtype),
        moments,
        target,
        histogram: Histogram::new(&sample, BINS),
        spectrum,
        twin_rows: rows.pairs.len(),
        twin_columns: columns.pairs.len(),
    }
}

/// Equal rows and columns that cannot be chance.
fn doubles(tensor: &Stored, scan: &Scan, pool: &Pool) -> Result<(Twins, Twins)> {
    let Some((_, row)) = tensor.matrix() else { return Ok(Default::default()) };
    let rows = twins::rows(tensor, &scan.rows, pool)?;
    let columns = twins::columns(tensor, pool)?;
    let chance = chance(&scan.sample, tensor.dtype, doubled(&tensor.shape, row, &rows, &columns));
    let sure = |twins: Twins, length: usize| {
        let sure = is_no_chance(chance, twins.of, length);
        if sure { twins } else { Twins::default() }
    };
    let column = tensor.count / columns.of.max(1);
    Ok((sure(rows, row), sure(columns, column)))
}

/// Fan-in and fan-out of `(out, in, kernel…)`.
fn of_shape(shape: &[usize]) -> Option<(f64, f64)> {
    let [rows, columns, kernel @ ..] = shape else { return None };
    let taps = kernel.iter().map(|&tap| tap as f64).product::<f64>();
    Some((*columns as f64 * taps, *rows as f64 * taps))
}
