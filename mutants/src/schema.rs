//! A source that holds all of its changes, each behind the question whether it is on.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::site::{Shape, Site};

/// One change of one place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mutant {
    pub(crate) id: u32,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) function: String,
    pub(crate) what: String,
}

/// A place as it is written: where it stands in the new source, and where each of its changes does.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) range: Range<usize>,
    pub(crate) changes: Vec<(u32, Range<usize>)>,
}

/// Writes a source with the changes that `id_of` gives a number: of which site, and which of its changes.
pub(crate) fn write(
    source: &str,
    sites: &[Site],
    id_of: &dyn Fn(usize, usize) -> Option<u32>,
) -> (String, Vec<Written>) {
    let mut writer = Writer { source, sites, next: 0, id_of, text: String::new(), written: Vec::new() };
    writer.until(0, source.len());
    (writer.text, writer.written)
}

struct Writer<'a> {
    source: &'a str,
    sites: &'a [Site],
    next: usize,
    id_of: &'a dyn Fn(usize, usize) -> Option<u32>,
    text: String,
    written: Vec<Written>,
}

impl Writer<'_> {
    fn until(&mut self, mut from: usize, to: usize) {
        while self.next < self.sites.len() && self.sites[self.next].range.start < to {
            let index = self.next;
            self.next += 1;
            let range = self.sites[index].range.clone();
            self.text += &self.source[from..range.start];
            self.site(index);
            from = range.end;
        }
        self.text += &self.source[from..to];
    }

    fn site(&mut self, index: usize) {
        let site = &self.sites[index];
        let on: Vec<_> = (0..site.changes.len())
            .filter_map(|change| Some(((self.id_of)(index, change)?, change)))
            .collect();
        let (start, mut changes) = (self.text.len(), Vec::new());
        let question = |id: u32| format!("crate::mutant::at({id})");
        match site.shape {
            Shape::Body => {
                for (id, change) in on {
                    self.text += &format!(" if {} {{ return ", question(id));
                    changes.push((id, self.change(index, change)));
                    self.text += "; }";
                }
            }
            Shape::Arm => {
                for (id, _) in on {
                    self.text += &format!(" if !{}", question(id));
                    changes.push((id, start..self.text.len()));
                }
            }
            Shape::Expression if on.is_empty() => self.until(site.range.start, site.range.end),
            Shape::Expression => {
                self.text += "(";
                for (id, change) in on {
                    self.text += &format!("if {} {{ ", question(id));
                    changes.push((id, self.change(index, change)));
                    self.text += " } else ";
                }
                self.text += "{ ";
                self.until(site.range.start, site.range.end);
                self.text += " })";
            }
        }
        self.written.push(Written { range: start..self.text.len(), changes });
    }

    fn change(&mut self, index: usize, change: usize) -> Range<usize> {
        let start = self.text.len();
        self.text += &self.sites[index].changes[change].1;
        start..self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::sites;

    fn all(source: &str) -> String {
        let sites = sites(source).unwrap();
        let id = std::cell::Cell::new(0);
        write(source, &sites, &|_, _| Some(id.replace(id.get() + 1))).0
    }

    #[test]
    fn what_is_changed_still_parses() {
        let source = "fn f(a: u32, b: u32) -> bool { let c = a + b * 2; match c { 0 => true, n if n < 3 => !(a == b), _ => false } }";
        let changed = all(source);
        assert_eq!(changed.matches("crate::mutant::at").count(), 14, "{changed}");
        assert!(syn::parse_file(&changed).is_ok(), "{changed}");
    }

    #[test]
    fn constants_and_tests_are_left() {
        let source = "const A: u32 = 1 + 1; const fn f() -> u32 { 1 + 1 } #[cfg(test)] mod tests { fn g() -> u32 { 1 + 1 } }";
        assert_eq!(all(source), source);
    }

    #[test]
    fn a_condition_that_binds_is_left() {
        let source = "fn f(a: Option<u32>) { if let Some(b) = a && b > 1 {} }";
        let changed = all(source);
        assert!(changed.contains("if let Some(b) = a && (if"), "{changed}");
    }

    #[test]
    fn changes_are_found_where_they_were_written() {
        let source = "fn f(a: i32) -> i32 { a - 1 }";
        let sites = sites(source).unwrap();
        let (text, written) = write(source, &sites, &|site, change| Some((site * 10 + change) as u32));
        let of = |id: u32| {
            written
                .iter()
                .flat_map(|one| &one.changes)
                .find(|one| one.0 == id)
                .map(|one| &text[one.1.clone()])
        };
        assert_eq!(of(10), Some("(a) + (1)"));
    }
}
