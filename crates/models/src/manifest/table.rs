//! A manifest as people read it.

use std::fmt;

use candle_init::{fitted_table, folded_rows};
use candle_init_checkpoint::shown;

use crate::manifest::document::Manifest;
use crate::manifest::entry::{Entry, Stored};
use crate::manifest::loads::{Loads, NeverAsked};

impl fmt::Display for Manifest {
    /// A table in which layers that differ in nothing but their numbers are one row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |entry: &Entry| {
            let dims: Vec<_> = entry.shape.iter().map(ToString::to_string).collect();
            let shape = format!("{} ({})", entry.dtype, dims.join(", "));
            let rule = entry.rule.as_ref().map_or_else(|| "–".into(), ToString::to_string);
            let from = entry.from.as_ref().and_then(|from| renamed(from, &entry.name));
            [entry.name.clone(), shape, rule, entry.why.clone() + &from.unwrap_or_default()]
        };
        let rows = folded_rows(self.tensors().map(row));
        let header = ["tensor", "shape", "initializer", "why"];
        writeln!(f, "{}", fitted_table(&header, &[], &[0, 2, 3], rows.into_iter()))?;
        let digest = self.digest().get(..12).unwrap_or_default();
        writeln!(f, "{} · seed {} · digest {digest}…", self.source(), self.seed())?;
        let (tensors, files) = (self.tensors().count(), self.files().len());
        let files = if files == 1 { "1 file".into() } else { format!("{files} files") };
        let (values, bytes) = (grouped(self.elements()), size(self.bytes()));
        write!(f, "{tensors} tensors, {values} values, {bytes} in {files}")?;
        if let Some((name, held)) = self.held() {
            write!(f, "; `{name}` is drawn whole: {}", size(held))?;
        }
        self.account().map_or(Ok(()), |account| write!(f, "\n{account}"))
    }
}

/// Under which name a file has what is called otherwise here, with numbers of layers as `*`: so layers stay alike.
fn renamed(from: &Stored, name: &str) -> Option<String> {
    let part = |part: &'_ str| if part.parse::<u64>().is_ok() { "*".to_string() } else { part.to_string() };
    let text = || from.tensor.split('.').map(part).collect::<Vec<_>>().join(".");
    (from.tensor != name).then(|| format!(", as {}", text()))
}

impl Manifest {
    /// Where tensors come from, in a line each: what is loaded, what is not and its names, what the checkpoint has more.
    /// Nothing for a model from scratch.
    #[must_use]
    pub fn account(&self) -> Option<String> {
        let loads = self.loads()?;
        let from = |entry: &&Entry| entry.from.is_some();
        let grown = |entry: &&Entry| entry.from.as_ref().is_some_and(|from| from.grown.is_some());
        let (loaded, grown) = (self.tensors().filter(from).count(), self.tensors().filter(grown).count());
        let drawn: Vec<_> =
            self.tensors().filter(|entry| !from(entry)).map(|entry| quoted(&entry.name)).collect();
        let part = if grown > 0 { format!(" · loaded in part {grown}") } else { String::new() };
        let files: Vec<_> = loads.files.iter().map(|file| quoted(&file.name)).collect();
        let (files, whole) = (some(&files), loaded - grown);
        Some(format!("from {files}: loaded {whole}{part} · drawn {}\n{}", counted(&drawn), left(loads)))
    }

    /// The tensor that takes most memory, beside the pieces that are written, because its elements are made together.
    #[must_use]
    pub fn held(&self) -> Option<(&str, u128)> {
        let held = |entry: &Entry| self.lazy(entry).map_or(0, |lazy| lazy.held_bytes());
        let most =
            self.tensors().map(|entry| (entry.name.as_str(), held(entry))).max_by_key(|(_, held)| *held);
        most.filter(|(_, held)| *held > 0).map(|(name, held)| (name, held as u128))
    }
}

/// What a checkpoint has that the model does not load.
fn left(loads: &Loads) -> String {
    let name = |never: &NeverAsked| match &never.nearest {
        Some(near) => format!("{} (the nearest is {})", quoted(&never.tensor), quoted(near)),
        None => quoted(&never.tensor),
    };
    let names: Vec<_> = loads.never_asked.iter().map(name).collect();
    let skipped = match loads.skipped.len() {
        0 => String::new(),
        skipped => format!(" · left out {skipped}"),
    };
    format!("never asked for {}{skipped}", counted(&names))
}

fn quoted(name: &str) -> String {
    format!("`{}`", shown(name))
}

/// How many there are, and which.
fn counted(names: &[String]) -> String {
    if names.is_empty() { "0".into() } else { format!("{}: {}", names.len(), some(names)) }
}

/// The first of them, and how many more there are.
fn some(names: &[String]) -> String {
    const MOST: usize = 8;
    let first = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST) {
        0 => first,
        more => format!("{first} and {more} more"),
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
