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
        let numbers = self.numbers();
        let is_number = |index: usize| numbers.get(index).copied().unwrap_or(false);
        html! {
            // The box takes the focus, so that keys scroll it too.
            div.scroll role="region" tabindex="0" aria-label=(caption) {
                table aria-label=(caption) {
                    thead {
                        tr {
                            @for (index, cell) in self.header.iter().enumerate() {
                                th.number[is_number(index)] scope="col" { (rich(cell)) }
                            }
                        }
                    }
                    tbody { @for row in &self.rows { (line(row, &numbers)) } }
                }
            }
        }
    }

    /// Which columns are numbers in most rows; the first is names.
    fn numbers(&self) -> Vec<bool> {
        let columns = self.rows.iter().map(Vec::len).fold(self.header.len(), usize::max);
        let cells = |column| self.rows.iter().filter_map(move |row: &Vec<String>| row.get::<usize>(column));
        let count = |column| cells(column).filter(|cell| is_number(cell)).count();
        (0..columns).map(|column| column > 0 && 2 * count(column) > self.rows.len()).collect()
    }
}

fn line(cells: &[String], numbers: &[bool]) -> Markup {
    let is_number = |index: usize| numbers.get(index).copied().unwrap_or(false);
    html! {
        tr {
            @for (index, cell) in cells.iter().enumerate() {
                @if index == 0 { th scope="row" { (rich(cell)) } }
                @else { td.number[is_number(index)] { (rich(cell)) } }
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

    /// Each cell is looked at a fixed number of times: at once for each row, these would take an hour.
    #[test]
    fn a_table_of_a_hundred_thousand_rows_is_written() {
        let rows = (0..100_000).map(|row| [format!("p{row}"), row.to_string(), "relu".into()]);
        let html = rows.fold(Table::new("", ["name", "std", "rule"]), Table::row).html().into_string();
        assert_eq!(html.matches(r#"<td class="number">"#).count(), 100_000);
    }

    #[test]
    fn a_folded_table_says_how_long_it_is() {
        let html = Table::new("Parameters", ["name"]).row(["a"]).row(["b"]).folded().html().into_string();
        assert!(html.contains("<summary>Parameters (2 rows)</summary>"), "{html}");
    }
}
