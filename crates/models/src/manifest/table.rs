//! A manifest as people read it.

use std::fmt;

use candle_init::{fitted_table, folded_rows};

use crate::manifest::document::{Entry, Manifest};

impl fmt::Display for Manifest {
    /// A table in which layers that differ in nothing but their numbers are one row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |entry: &Entry| {
            let dims: Vec<_> = entry.shape.iter().map(ToString::to_string).collect();
            let shape = format!("{} ({})", entry.dtype, dims.join(", "));
            [entry.name.clone(), shape, entry.rule.to_string(), entry.why.clone()]
        };
        let rows = folded_rows(self.tensors().map(row));
        let header = ["tensor", "shape", "initializer", "why"];
        writeln!(f, "{}", fitted_table(header, &[], &[0, 2, 3], rows.into_iter()))?;
        let digest = self.digest().get(..12).unwrap_or_default();
        writeln!(f, "{} · seed {} · digest {digest}…", self.source(), self.seed())?;
        let (tensors, files) = (self.tensors().count(), self.files().len());
        let files = if files == 1 { "1 file".into() } else { format!("{files} files") };
        let (values, bytes) = (grouped(self.elements()), size(self.bytes()));
        write!(f, "{tensors} tensors, {values} values, {bytes} in {files}")?;
        match self.held() {
            Some((name, held)) => write!(f, "; `{name}` is drawn whole: {}", size(held)),
            None => Ok(()),
        }
    }
}

impl Manifest {
    /// The tensor that takes most memory, beside the pieces that are written, because its elements are made together.
    #[must_use]
    pub fn held(&self) -> Option<(&str, u128)> {
        let held = |entry: &Entry| self.lazy(entry).map_or(0, |lazy| lazy.held_bytes());
        let most =
            self.tensors().map(|entry| (entry.name.as_str(), held(entry))).max_by_key(|(_, held)| *held);
        most.filter(|(_, held)| *held > 0).map(|(name, held)| (name, held as u128))
    }
}

/// `1 234 567`.
fn grouped(count: u128) -> String {
    let digits = count.to_string();
    digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// A size as disks and model hubs count it: powers of ten.
pub(crate) fn size(bytes: u128) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 999.95 && unit + 1 < units.len() {
        (value, unit) = (value / 1000.0, unit + 1);
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", units[unit]) }
}
