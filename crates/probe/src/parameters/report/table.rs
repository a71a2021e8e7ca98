//! The static check as people read it.

use std::fmt;

use crate::parameters::report::inspection::Inspection;
use crate::parameters::report::parameter::Parameter;
use crate::text::number::{percent, short};
use crate::text::table::{shape, table};

const HEADER: [&str; 13] = [
    "parameter",
    "shape",
    "dtype",
    "mean",
    "std",
    "target",
    "min",
    "max",
    "kurtosis",
    "zeros",
    "doubles",
    "rank",
    "condition",
];

/// A number, or a dash where there is none.
fn cell(value: f64) -> String {
    if value.is_nan() { "–".into() } else { short(value) }
}

fn row(parameter: &Parameter) -> [String; 13] {
    let Parameter { name, moments, target, spectrum, twin_rows, twin_columns, .. } = parameter;
    let error = 1.96 * moments.std * moments.std_error();
    let std = if error.is_finite() && error > 0.0 {
        format!("{} ± {}", short(moments.std), short(error))
    } else {
        cell(moments.std)
    };
    let doubles = match (twin_rows, twin_columns) {
        (0, 0) => "0".into(),
        (rows, columns) => format!("{rows} rows, {columns} columns"),
    };
    let zeros = moments.zero_share();
    [
        name.clone(),
        shape(&parameter.shape),
        parameter.dtype.clone(),
        cell(moments.mean),
        std,
        target.as_ref().map_or_else(|| "–".into(), |target| cell(target.std)),
        cell(moments.min),
        cell(moments.max),
        cell(moments.kurtosis),
        if zeros.is_nan() { "–".into() } else { percent(zeros) },
        doubles,
        spectrum.as_ref().map_or_else(|| "–".into(), |s| format!("{} of {}", s.rank, s.values.len())),
        spectrum.as_ref().map_or_else(|| "–".into(), |s| cell(s.condition)),
    ]
}

/// A table of the parameters, with the standard deviation's 95 % interval, and below it what was found.
impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", table(HEADER, 3, self.parameters.iter().map(row)))?;
        if self.findings.is_empty() {
            return write!(f, "\nnothing is wrong with the {} parameters", self.parameters.len());
        }
        self.findings.iter().try_for_each(|finding| write!(f, "\n{finding}"))
    }
}
