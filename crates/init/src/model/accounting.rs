//! How many parameters come from where, and what of a checkpoint the model never asked for.

use std::collections::BTreeSet;
use std::fmt;

use candle_init_checkpoint::shown;

use crate::error::{Error, Result};
use crate::listed::{SHOWN, listed};
use crate::model::record::Record;
use crate::nearest::nearest;
use crate::policy::{Policy, Reason};

/// The account of a model beside the checkpoints that it was loaded from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounting {
    loaded: usize,
    grown: usize,
    made: usize,
    /// Tensors by their names in the files, each with the parameter whose name is nearest.
    never_asked: Vec<(String, Option<String>)>,
    /// Rules that decide for nothing, since the checkpoints have all that they match.
    idle: Vec<String>,
}

impl Accounting {
    /// Counts the records, and looks for the tensors that none of the `asked` names took.
    ///
    /// # Errors
    /// [`Error::NothingLoaded`] where that is all of them.
    pub(crate) fn new(policy: &Policy, records: &[Record], asked: &BTreeSet<&str>) -> Result<Self> {
        let count =
            |wanted: fn(&Reason) -> bool| records.iter().filter(|record| wanted(&record.reason)).count();
        let loaded = count(|reason| matches!(reason, Reason::Loaded { .. }));
        let grown = count(|reason| matches!(reason, Reason::Grown { .. }));
        let foreign = count(|reason| matches!(reason, Reason::Foreign));
        let tensors = policy.loading.checkpoints.iter().flat_map(|checkpoint| checkpoint.tensors());
        let unused: Vec<_> = tensors.clone().filter(|tensor| !asked.contains(tensor.name())).collect();
        let all = tensors.count();
        let nothing = unused.len() == all && !policy.lenient;
        if let (true, Some(tensor), Some(record)) = (nothing, unused.first(), records.first()) {
            let (tensors, tensor) = (all, shown(tensor.name_in_file()).to_string());
            return Err(Error::NothingLoaded { tensors, tensor, parameter: record.name.clone() });
        }
        let near = |name: &str| nearest(name, asked.iter().copied()).map(String::from);
        let never_asked = unused.iter().enumerate().map(|(i, tensor)| {
            (tensor.name_in_file().to_string(), if i < SHOWN { near(tensor.name()) } else { None })
        });
        let idle = policy.rules.iter().map(|(pattern, _)| pattern).filter(|pattern| {
            let mut matched = asked.iter().filter(|name| pattern.matches(name)).peekable();
            matched.peek().is_some() && matched.all(|name| policy.loading.has_all_of(name))
        });
        let idle = idle.map(|pattern| pattern.text.clone()).collect();
        let made = records.len() - loaded - grown - foreign;
        Ok(Self { loaded, grown, made, never_asked: never_asked.collect(), idle })
    }

    /// The tensors that the model never asked for.
    pub(crate) fn never_asked(&self) -> impl Iterator<Item = &str> {
        self.never_asked.iter().map(|(name, _)| name.as_str())
    }

    /// The same, each with the parameter whose name is nearest, for the first of them.
    pub(crate) fn never_asked_near(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.never_asked.iter().map(|(name, near)| (name.as_str(), near.as_deref()))
    }

    /// A line below a table, where something was to be loaded.
    pub(crate) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.loaded + self.grown + self.never_asked.len() == 0 {
            return Ok(());
        }
        write!(f, "\nloaded {}", self.loaded)?;
        if self.grown > 0 {
            write!(f, " · loaded in part {}", self.grown)?;
        }
        write!(f, " · initialized {} · never asked for {}", self.made, self.never_asked.len())?;
        let name = |(name, near): &(String, Option<String>)| match near {
            Some(near) => format!("`{}` (the nearest is `{near}`)", shown(name)),
            None => format!("`{}`", shown(name)),
        };
        if !self.never_asked.is_empty() {
            write!(f, ": {}", listed(self.never_asked.iter().map(name)))?;
        }
        match self.idle.is_empty() {
            true => Ok(()),
            false => {
                let rules = listed(self.idle.iter().map(|pattern| format!("`{pattern}`")));
                write!(
                    f,
                    "\nthe checkpoint has all that {rules} would decide; to make it anew, `.skip` the tensors"
                )
            }
        }
    }
}
