//! A recipe as a file has it, its numbers still to be filled in.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::nearest::suggestion;
use crate::policy::pattern::Pattern;
use crate::recipe::condition::{Condition, Flag};
use crate::recipe::depth::too_deep;
use crate::recipe::entry::{Entry, Exists, Mistake, Tie, glob};
use crate::recipe::line_and_column::line_and_column;
use crate::recipe::number::{Number, Standard};
use crate::recipe::part::Part;
use crate::recipe::product::Product;

/// The keys of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    family: String,
    #[serde(default)]
    model_types: Vec<String>,
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    numbers: BTreeMap<String, Number>,
    #[serde(default)]
    flags: BTreeMap<String, Flag>,
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    rules: Vec<Vec<String>>,
    #[serde(default)]
    exists: Vec<Vec<String>>,
    #[serde(default)]
    ties: Vec<Vec<String>>,
}

/// One file, each of its texts read.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) family: String,
    /// What a config has as `model_type`.
    pub(crate) model_types: Vec<String>,
    /// What it has among `architectures`, or as timm's `architecture`.
    pub(crate) architectures: Vec<Pattern>,
    /// Where the rules come from: package, version, file, date.
    pub(crate) source: String,
    pub(crate) numbers: BTreeMap<String, Number>,
    pub(crate) flags: BTreeMap<String, Flag>,
    pub(crate) parts: Vec<Part>,
    pub(crate) rules: Vec<Entry>,
    /// What a model asks `contains_tensor` for.
    pub(crate) exists: Vec<Exists>,
    pub(crate) ties: Vec<Tie>,
}

const TOO_DEEP: &str = "lists and tables stand in one another more than 64 deep; a recipe needs three";

impl File {
    /// # Errors
    /// [`Error::RecipeText`] with the place of the first mistake.
    pub(crate) fn read(text: &str) -> Result<Self> {
        if let Some(at) = too_deep(text) {
            let (line, column) = line_and_column(text, text.get(at..).unwrap_or_default());
            return Err(Error::RecipeText { line, column, reason: TOO_DEEP.into() });
        }
        let keys = basic_toml::from_str(text).map_err(|error| located(&error.to_string(), text))?;
        Self::of(keys).map_err(|Mistake { at, reason }| {
            let (line, column) = line_and_column(text, &at);
            Error::RecipeText { line, column, reason }
        })
    }

    fn of(keys: Keys) -> Result<Self, Mistake> {
        let file = Self {
            family: keys.family,
            model_types: keys.model_types,
            architectures: keys.architectures.iter().map(|text| glob(text)).collect::<Result<_, _>>()?,
            source: keys.source,
            numbers: keys.numbers,
            flags: keys.flags,
            parts: keys.parts,
            rules: keys.rules.iter().map(|texts| Entry::read(texts)).collect::<Result<_, _>>()?,
            exists: keys.exists.iter().map(|texts| Exists::read(texts)).collect::<Result<_, _>>()?,
            ties: keys.ties.iter().map(|texts| Tie::read(texts)).collect::<Result<_, _>>()?,
        };
        file.check().map(|()| file)
    }

    /// That every number and flag that is used is there.
    fn check(&self) -> Result<(), Mistake> {
        for rule in self.rules.iter().map(|entry| &entry.rule) {
            rule.names().try_for_each(|name| self.has_number(name, rule.text()))?;
        }
        for number in self.numbers.values() {
            if let Some(Standard::Product(text)) = &number.default {
                let product: Product = text.parse().map_err(|reason: String| Mistake::of(text, reason))?;
                product.names().try_for_each(|name| self.has_number(name, text))?;
            }
            number.below.iter().try_for_each(|name| self.has_number(name, name))?;
        }
        self.conditions().try_for_each(|condition| self.has_flag(condition))
    }

    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let rules = self.rules.iter().filter_map(|entry| entry.condition.as_ref());
        let exists = self.exists.iter().filter_map(|exists| exists.condition.as_ref());
        rules.chain(exists).chain(self.ties.iter().filter_map(|tie| tie.condition.as_ref()))
    }

    fn has_number(&self, name: &str, text: &str) -> Result<(), Mistake> {
        if self.numbers.contains_key(name) {
            return Ok(());
        }
        let known = suggestion(name, self.numbers.keys().map(String::as_str));
        Err(Mistake::of(text, format!("`{name}` is no number of `numbers`; {known}")))
    }

    fn has_flag(&self, Condition { flag, holds }: &Condition) -> Result<(), Mistake> {
        if self.flags.contains_key(flag) {
            return Ok(());
        }
        let known = suggestion(flag, self.flags.keys().map(String::as_str));
        let text = if *holds { flag.clone() } else { format!("!{flag}") };
        Err(Mistake::of(&text, format!("`{flag}` is no flag of `flags`; {known}")))
    }
}

/// The reader's own message, which ends with its place (`… at line 3 column 7`): of a mistake in what a key has only the
/// key is named, `(1, 1)` stands for its place, and the text is searched.
fn located(message: &str, text: &str) -> Error {
    let (reason, at) = message.rsplit_once(" at line ").unwrap_or((message, ""));
    let read =
        at.split_once(" column ").and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    let (line, column) =
        read.filter(|at| *at != (1, 1)).unwrap_or_else(|| line_and_column(text, key(reason)));
    Error::RecipeText { line, column, reason: reason.into() }
}

/// The key that a message is about: the unknown one, or the last of a path.
fn key(reason: &str) -> &str {
    let quoted = |start: &str| reason.split_once(start).and_then(|(_, rest)| rest.split('`').next());
    let path = quoted(" for key `").map(|path| path.rsplit('.').next().unwrap_or(path));
    quoted("unknown field `").or(path).unwrap_or("\u{0}")
}
