//! The static check as people read it.

use std::fmt;

use crate::parameters::report::inspection::Inspection;
use crate::parameters::report::parameter::Parameter;
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
    let std = if error.is_finite() && error > 0.0 {
        format!("{} ± {}", short(moments.std), short(error))
    } else {
        cell(moments.std)
    };
    let zeros = moments.zero_share();
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

/// A table of the parameters, with the standard deviation's 95 % interval, and below it what was found. The fields of
/// `Parameter`, JSON and the page have the rest: extremes, kurtosis, doubles.
impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", table(HEADER, 2, self.parameters.iter().map(row)))?;
        if self.findings.is_empty() {
            return write!(f, "\nnothing is wrong with the {} parameters", self.parameters.len());
        }
        self.findings.iter().try_for_each(|finding| write!(f, "\n{finding}"))
    }
}
