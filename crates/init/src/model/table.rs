//! Tables that people can read.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Columns of characters: longer cells are wrapped, so that a table fits a terminal and a page.
const WIDTH: u16 = 100;

/// A table with these columns; those named in `numbers` are aligned to the right.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    numbers: &[usize],
    rows: impl Iterator<Item = [String; N]>,
) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header(header).add_rows(rows);
    for &column in numbers {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
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
