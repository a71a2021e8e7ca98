//! The static check as people read it.

use std::fmt;

use crate::parameters::report::inspection::Inspection;
use crate::parameters::report::parameter::{NOT_MEASURED, Parameter};
use crate::text::number::{percent, short};
use crate::text::table::{shape, table};

const HEADER: [&str; 8] = ["parameter", "shape", "mean", "std", "target", "zeros", "rank", "condition"];

/// A number, or a dash where there is none.
fn cell(value: f64) -> String {
    if value.is_nan() { "–".into() } else { short(value) }
}

fn row(parameter: &Parameter) -> [String; 8] {
    let Parameter { name, moments, target, spectrum, .. } = parameter;
    let error = 1.96 * moments.std * moments.std_error();
    let std = if !parameter.is_measured() {
        NOT_MEASURED.into()
    } else if error.is_finite() && error > 0.0 {
        format!("{} ± {}", short(moments.std), short(error))
    } else {
        cell(moments.std)
    };
    let zeros = if parameter.is_measured() { moments.zero_share() } else { f64::NAN };
    [
        name.clone(),
        shape(&parameter.shape),
        cell(moments.mean),
        std,
        target.as_ref().map_or_else(|| "–".into(), |target| cell(target.std)),
        if zeros.is_nan() { "–".into() } else { percent(zeros) },
        spectrum.as_ref().map_or_else(|| "–".into(), |s| format!("{} of {}", s.rank, s.values.len())),
        spectrum.as_ref().map_or_else(|| "–".into(), |s| cell(s.condition)),
    ]
}

/// What is said of the parameters that were left out.
fn note(unmeasured: &[&Parameter]) -> String {
    let mut dtypes: Vec<_> = unmeasured.iter().map(|parameter| parameter.dtype.as_str()).collect();
    dtypes.sort_unstable();
    dtypes.dedup();
    match unmeasured.len() {
        0 => String::new(),
        count => format!(", of which {count} were {NOT_MEASURED}, for their dtype: {}", dtypes.join(", ")),
    }
}

/// A table of the parameters, with the standard deviation's 95 % interval, and below it what was found. The fields of
/// `Parameter`, JSON and the page have the rest: extremes, kurtosis, doubles.
impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", table(HEADER, 2, self.parameters.iter().map(row)))?;
        let unmeasured = self.parameters.iter().filter(|parameter| !parameter.is_measured());
        let left = note(&unmeasured.collect::<Vec<_>>());
        if self.findings.is_empty() {
            return write!(f, "\nnothing is wrong with the {} parameters{left}", self.parameters.len());
        }
        if !left.is_empty() {
            write!(f, "\n{} parameters{left}", self.parameters.len())?;
        }
        self.findings.iter().try_for_each(|finding| write!(f, "\n{finding}"))
    }
}
