//! Plans and reports as comma-separated values, a row for each parameter.

use crate::draw::Moments;
use crate::model::record::Record;

const HEADER: [&str; 13] = [
    "name",
    "shape",
    "dtype",
    "reason",
    "rule",
    "layer",
    "fan_in",
    "fan_out",
    "expected_mean",
    "expected_std",
    "measured_mean",
    "measured_std",
    "frozen",
];

/// The records, one a line below a header, as RFC 4180 has it but for line ends of one character. What is not known is empty.
pub(crate) fn csv(records: &[Record]) -> String {
    let header = HEADER.map(String::from);
    std::iter::once(header).chain(records.iter().map(row)).map(|row| line(&row)).collect()
}

fn row(record: &Record) -> [String; HEADER.len()] {
    let dims: Vec<_> = record.shape.dims().iter().map(ToString::to_string).collect();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let [mean, std] = [|m: Moments| m.mean, |m: Moments| m.std];
    [
        record.name.clone(),
        dims.join("x"),
        record.dtype.as_str().into(),
        record.reason.to_string(),
        record.rule.as_ref().map_or_else(String::new, ToString::to_string),
        record.layer.to_string(),
        number(record.fans.map(|fans| fans.fan_in)),
        number(record.fans.map(|fans| fans.fan_out)),
        number(record.expected.map(mean)),
        number(record.expected.map(std)),
        number(record.measured.map(mean)),
        number(record.measured.map(std)),
        record.frozen.to_string(),
    ]
}

fn line(cells: &[String]) -> String {
    cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n"
}

/// A cell in quotes where it has to be.
fn quoted(cell: &str) -> String {
    match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.into(),
    }
}
