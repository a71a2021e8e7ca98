//! What a model is answered besides tensors: what exists, what is another name, what it cannot have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use candle_init_checkpoint::shown;
use candle_nn::Init as Hint;

use crate::error::{Error, Result};
use crate::listed::listed;
use crate::model::record::Record;
use crate::model::tied::{Uses, warnings};
use crate::policy::Policy;
use crate::refusal::Refusal;

/// What a model was answered besides tensors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// Parameters that it asked about, and whether they exist.
    questions: BTreeMap<String, bool>,
    /// Parameters that it could not have, with what was wrong.
    refused: BTreeMap<String, String>,
    /// Parameters that it shall be without.
    absent: BTreeSet<String>,
    /// Names that are other names of parameters.
    tied: BTreeMap<String, String>,
    /// What parameters were asked for as.
    uses: Uses,
}

impl Answers {
    /// The name that a parameter is kept under, unless the model shall be without it.
    pub(crate) fn kept_as(&mut self, policy: &Policy, name: &str) -> candle_core::Result<String> {
        let kept = policy.kept_as(name);
        if kept != name {
            self.tied.insert(name.into(), kept.into());
        }
        if policy.existence.denies(kept) {
            self.absent.insert(kept.into());
            return Err(candle_core::Error::CannotFindTensor { path: kept.into() }.bt());
        }
        Ok(kept.into())
    }

    /// That a layer asked for a parameter, by the name that it is kept under.
    pub(crate) fn used(&mut self, name: &str, hint: Hint) {
        self.uses.note(name, hint);
    }

    /// What is to be feared of tied tables.
    pub(crate) fn warnings(&self, records: &[Record]) -> Vec<String> {
        warnings(records, &self.uses, &self.tied.values().map(String::as_str).collect())
    }

    /// The answer to whether a parameter exists that has not been asked for yet.
    pub(crate) fn exists(&mut self, policy: &Policy, name: &str) -> bool {
        let (named, kept) = (policy.names(name), policy.kept_as(name));
        if policy.existence.denies(kept) {
            self.absent.insert(kept.into());
        }
        self.questions.insert(name.into(), named);
        named
    }

    /// The same error, remembered: a model may go on without what it was refused. What candle refuses too is no secret.
    pub(crate) fn remember(&mut self, name: &str, error: Error) -> candle_core::Error {
        if !matches!(&error, Error::Parameter { cause, .. } if matches!(**cause, Error::Impossible)) {
            self.refused.insert(name.into(), error.to_string());
        }
        error.into()
    }

    /// That nothing was refused that is not there by now, and that what was stated was asked about.
    pub(crate) fn check(&self, policy: &Policy, exists: impl Fn(&str) -> bool) -> Result<()> {
        if policy.lenient {
            return Ok(());
        }
        let missing = self.refused.iter().filter(|(name, _)| !exists(name));
        let refusal =
            |(name, reason): (&String, &String)| Refusal { parameter: name.clone(), reason: reason.clone() };
        let parameters: Vec<_> = missing.map(refusal).collect();
        if !parameters.is_empty() {
            return Err(Error::Refused { parameters });
        }
        let aliases: Vec<_> = self.tied.keys().map(String::as_str).collect();
        policy.existence.check_ties(&aliases)?;
        let absent: Vec<_> = self.absent.iter().map(String::as_str).collect();
        policy.existence.check_absent(&absent)
    }

    /// Forgets the questions that settled themselves: what was asked for afterwards, and the older names of a norm's
    /// parameters, which candle's layers ask about before they take the new ones.
    pub(crate) fn settle(&mut self, exists: impl Fn(&str) -> bool) {
        let newer = |name: &str| {
            let (path, last) = name.rsplit_once('.')?;
            let newer = match last {
                "gamma" => "weight",
                "beta" => "bias",
                _ => return None,
            };
            Some(format!("{path}.{newer}"))
        };
        self.questions.retain(|name, _| !exists(name) && !newer(name).is_some_and(|newer| exists(&newer)));
    }

    /// What was asked about and does not exist, but for what the user said is absent.
    pub(crate) fn denied(&self) -> impl Iterator<Item = &str> {
        let denied = |(name, exists): &(&String, &bool)| !**exists && !self.absent.contains(*name);
        self.questions.iter().filter(denied).map(|(name, _)| name.as_str())
    }

    /// The lines below a table.
    pub(crate) fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, target) in &self.tied {
            write!(f, "\n`{}` is another name of `{}`", shown(name), shown(target))?;
        }
        let denied: Vec<_> = self.denied().collect();
        let Some(first) = denied.first() else { return Ok(()) };
        let names = listed(denied.iter().map(|name| format!("`{}`", shown(*name))));
        write!(
            f,
            "\nasked whether there is {names}: no; with a rule that names it, as in `.rule({first:?}, …)`, there is"
        )
    }
}
