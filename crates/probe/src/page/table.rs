//! Rows and columns, in a box of their own that scrolls on a narrow screen.

use maud::{Markup, html};

use crate::figure::words::clean;
use crate::page::rich::rich;

/// A table with a caption. A column of numbers stands to the right.
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
                // Outside of the box, so that it does not scroll away.
                p.caption { (caption) }
                (self.boxed(&caption))
            }
        }
    }

    fn boxed(&self, caption: &str) -> Markup {
        html! {
            // The box takes the focus, so that keys scroll it too.
            div.scroll role="region" tabindex="0" aria-label=(caption) {
                table aria-label=(caption) {
                    thead {
                        tr {
                            @for (index, cell) in self.header.iter().enumerate() {
                                th.number[self.has_numbers(index)] scope="col" { (rich(cell)) }
                            }
                        }
                    }
                    tbody { @for row in &self.rows { (self.line(row)) } }
                }
            }
        }
    }

    fn line(&self, cells: &[String]) -> Markup {
        html! {
            tr {
                @for (index, cell) in cells.iter().enumerate() {
                    @if index == 0 { th scope="row" { (rich(cell)) } }
                    @else { td.number[self.has_numbers(index)] { (rich(cell)) } }
                }
            }
        }
    }

    /// Whether most cells of this column are numbers.
    fn has_numbers(&self, column: usize) -> bool {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        column > 0 && 2 * cells.filter(|cell| is_number(cell)).count() > self.rows.len()
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
