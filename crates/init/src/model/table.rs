//! Tables that people can read.

use candle_init_checkpoint::shown;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

/// Columns of characters, so that a table fits a terminal and a page.
const WIDTH: u16 = 100;

/// Where a cell may be wrapped: a character without width, which the finished text does not have.
const BREAK: char = '\u{200b}';

/// A table with these columns; those named in `numbers` are aligned to the right, and only those in `wrapped` are wrapped
/// where the table is too wide. Also for the tables of candle-init-probe.
#[must_use]
pub fn table(
    header: &[&str],
    numbers: &[usize],
    wrapped: &[usize],
    rows: impl Iterator<Item: IntoIterator<Item = String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH).set_delimiter(BREAK).set_header(header);
    table.add_rows(rows.map(|row| row.into_iter().map(|cell| with_breaks(&cell))));
    for (i, column) in table.column_iter_mut().enumerate() {
        if numbers.contains(&i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if !wrapped.contains(&i) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table.to_string().replace(BREAK, "")
}

/// A cell that may be wrapped after the parts of a path and of a rule; what a file names its tensors moves no cursor.
fn with_breaks(cell: &str) -> String {
    let mut text = String::new();
    let cell = shown(cell).to_string();
    let mut letters = cell.chars().peekable();
    while let Some(letter) = letters.next() {
        text.push(letter);
        let fraction = letter == '.' && letters.peek().is_some_and(char::is_ascii_digit);
        if matches!(letter, '.' | '(' | ' ' | '*') && !fraction {
            text.push(BREAK);
        }
    }
    text
}

/// A rule's text with four digits of each long number: its record has them all.
pub(crate) fn short(text: &str) -> String {
    let is_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-');
    let mut short = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let end = rest[start..].find(|letter| !is_number(letter)).map_or(rest.len(), |length| start + length);
        let digits = rest[start..end].trim_end_matches(['.', '-']);
        short.push_str(&rest[..start]);
        short.push_str(&match digits.parse::<f64>() {
            Ok(value) if digits.contains('.') && digits.len() > 7 => number(Some(value)),
            _ => digits.into(),
        });
        rest = &rest[start + digits.len()..];
    }
    short + rest
}

/// Four significant digits, or a dash.
pub(crate) fn number(value: Option<f64>) -> String {
    match value {
        None => "–".into(),
        Some(0.0) => "0".into(),
        Some(v) if v.abs() < 1e-3 || v.abs() >= 1e5 => format!("{v:.3e}"),
        Some(v) => {
            let digits = 3 - v.abs().log10().floor() as i32;
            format!("{v:.*}", usize::try_from(digits).unwrap_or(0))
        }
    }
}

/// `(256, 784)`.
pub(crate) fn shape(shape: &candle_core::Shape) -> String {
    let dims = shape.dims().iter().map(ToString::to_string).collect::<Vec<_>>();
    format!("({})", dims.join(", "))
}

/// A number of bytes in binary units.
pub(crate) fn bytes(bytes: u128) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", units[unit]) }
}

/// A count with thin groups of three digits: `1 234 567`.
pub(crate) fn count(count: u128) -> String {
    let digits = count.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        for (value, due) in [
            (0.0, "0"),
            (9.876_54e-4, "9.877e-4"),
            (1e-3, "0.001000"),
            (-0.012_345_6, "-0.01235"),
            (5.0, "5.000"),
            (99_999.0, "99999"),
            (1e5, "1.000e5"),
        ] {
            assert_eq!(number(Some(value)), due);
        }
        assert_eq!(number(None), "–");
    }

    #[test]
    fn long_numbers_are_shortened() {
        for (text, due) in [
            ("uniform(lo=-0.03571428571428571, up=0.03571428571428571)", "uniform(lo=-0.03571, up=0.03571)"),
            ("he_normal.times(0.5).zero_row(12345678)", "he_normal.times(0.5).zero_row(12345678)"),
            (
                "glorot_uniform.times(1.6666666666666667).on(conv(groups=32))",
                "glorot_uniform.times(1.667).on(conv(groups=32))",
            ),
            ("a 0.1.2.3", "a 0.1.2.3"),
            ("", ""),
        ] {
            assert_eq!(short(text), due);
        }
    }
}
