//! Tables that people can read.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Columns of characters: longer cells are wrapped, so that a table fits a terminal and a page.
const WIDTH: u16 = 100;

/// A table with these columns, all but the first three aligned to the right.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    words: usize,
    rows: impl Iterator<Item = [String; N]>,
) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header(header).add_rows(rows);
    for column in table.column_iter_mut().skip(words) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// `(256, 784)`.
pub(crate) fn shape(dims: &[usize]) -> String {
    let dims = dims.iter().map(ToString::to_string).collect::<Vec<_>>();
    format!("({})", dims.join(", "))
}
