//! Rows and columns, in a box of their own that scrolls on a narrow screen.

use maud::{Markup, html};

use super::rich::rich;
use crate::figure::clean;

/// A table with a caption. A cell that reads as a number stands to the right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    caption: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    folded: bool,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new<T: Into<String>>(caption: impl Into<String>, header: impl IntoIterator<Item = T>) -> Self {
        let header = header.into_iter().map(Into::into).collect();
        Self { caption: caption.into(), header, ..Self::default() }
    }

    /// With one more row.
    #[must_use]
    pub fn row<T: Into<String>>(mut self, cells: impl IntoIterator<Item = T>) -> Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    /// Shut until the reader opens it.
    #[must_use]
    pub fn folded(self) -> Self {
        Self { folded: true, ..self }
    }

    pub(super) fn html(&self) -> Markup {
        let caption = clean(&self.caption);
        html! {
            @if self.folded {
                details { summary { (caption) " (" (self.rows.len()) " rows)" } (self.boxed(&caption)) }
            } @else {
                (self.boxed(&caption))
            }
        }
    }

    fn boxed(&self, caption: &str) -> Markup {
        html! {
            // The box takes the focus, so that keys scroll it too.
            div.scroll role="region" tabindex="0" aria-label=(caption) {
                table {
                    @if !self.folded { caption { (caption) } }
                    thead { tr { @for (index, cell) in self.header.iter().enumerate() {
                        th.number[self.has_numbers(index)] scope="col" { (rich(cell)) }
                    } } }
                    tbody { @for row in &self.rows { (line(row)) } }
                }
            }
        }
    }

    /// Whether the first row has a number in this column.
    fn has_numbers(&self, column: usize) -> bool {
        column > 0 && self.rows.first().and_then(|row| row.get(column)).is_some_and(|cell| is_number(cell))
    }
}

fn line(cells: &[String]) -> Markup {
    html! {
        tr {
            @for (index, cell) in cells.iter().enumerate() {
                @if index == 0 { th scope="row" { (rich(cell)) } }
                @else { td.number[is_number(cell)] { (rich(cell)) } }
            }
        }
    }
}

fn is_number(cell: &str) -> bool {
    let cell = cell.trim_end_matches([' ', '%']);
    cell.parse::<f64>().is_ok() || cell == "–"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_known() {
        assert!(["1", "-2.5", "1e-7", "NaN", "inf", "12 %", "–"].iter().all(|cell| is_number(cell)));
        assert!(!["relu", "", "1 x", "(2, 3)"].iter().any(|cell| is_number(cell)));
    }

    #[test]
    fn a_folded_table_says_how_long_it_is() {
        let html = Table::new("Parameters", ["name"]).row(["a"]).row(["b"]).folded().html().into_string();
        assert!(html.contains("<summary>Parameters (2 rows)</summary>"), "{html}");
    }
}
