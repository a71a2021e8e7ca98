//! Which parameters a model has, where it asks instead of saying.

use candle_core::{DType, Shape};
use candle_nn::Init as Hint;

use crate::error::Result;
use crate::policy::decide::Policy;
use crate::policy::pattern::Pattern;
use crate::policy::request::Request;
use crate::policy::usage::{check_used, unused_rule};

/// What was stated about the existence of parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Existence {
    /// What the model shall do without.
    pub(crate) absent: Vec<(Pattern, ())>,
    /// Shapes of what a model asks for without one.
    pub(crate) shapes: Vec<(Pattern, Shape)>,
    /// A name, and the parameter that it is another name of.
    pub(crate) ties: Vec<(String, String)>,
    /// Whether a family's models have what they ask about, and its ties: unlike the user's own they may match nothing.
    pub(crate) family: Vec<(Pattern, bool)>,
    pub(crate) family_ties: Vec<(String, String)>,
}

impl Existence {
    /// Whether a model is to be told that there is no such parameter.
    pub(crate) fn denies(&self, name: &str) -> bool {
        self.absent.iter().any(|(pattern, ())| pattern.matches(name))
    }

    /// The shape that was stated for a name.
    fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|(pattern, _)| pattern.matches(name)).map(|(_, shape)| shape)
    }

    /// The name that a parameter is kept under.
    pub(crate) fn kept_as<'a>(&'a self, name: &'a str) -> &'a str {
        let mut ties = self.ties.iter().chain(&self.family_ties);
        ties.find(|(alias, _)| alias == name).map_or(name, |(_, target)| target)
    }

    /// What a recipe says of whether there is a parameter.
    fn in_family(&self, name: &str) -> Option<bool> {
        self.family.iter().find(|(pattern, _)| pattern.matches(name)).map(|(_, exists)| *exists)
    }

    /// That every name that is stated to be another's was asked for.
    pub(crate) fn check_ties(&self, asked: &[&str]) -> Result<()> {
        let unused = self.ties.iter().find(|(alias, _)| !asked.contains(&alias.as_str()));
        unused.map_or(Ok(()), |(alias, _)| Err(unused_rule(alias, asked)))
    }

    /// That the model asked for everything that it shall be without.
    pub(crate) fn check_absent(&self, asked: &[&str]) -> Result<()> {
        check_used(self.absent.iter(), asked, |(), _| true)
    }
}

impl Policy {
    /// The shape of a parameter that is asked for without one: stated, or the checkpoint's.
    pub(crate) fn shape(&self, name: &str) -> Option<Shape> {
        let loaded = || self.loading.tensor(name).map(|tensor| tensor.shape().into());
        self.existence.shape(name).cloned().or_else(loaded)
    }

    /// Whether a request is for integers that are all the same, position ids or a counter: candle makes them, and no rule is
    /// asked but one that names the parameter.
    pub(crate) fn is_buffer(&self, request: &Request<'_>, dtype: DType) -> bool {
        let whole = matches!(request.hint, Hint::Const(value) if value.fract() == 0.0);
        let named = |pattern: &Pattern| pattern.is_narrow() && pattern.matches(request.name);
        dtype.is_int() && whole && !self.rules.iter().any(|(pattern, _)| named(pattern))
    }

    /// Whether something names this parameter, so that a model that asks whether it exists is told yes: a rule or shape
    /// whose pattern has no `*`, a tie, a checkpoint, or the plan. A `*` says of many parameters what they get, of none that it exists.
    pub(crate) fn names(&self, name: &str) -> bool {
        let existence = &self.existence;
        let kept = existence.kept_as(name);
        let named = |pattern: &Pattern| pattern.is_narrow() && pattern.matches(kept);
        // The user's own word goes before the recipe's, and the recipe's before what follows from names.
        let own = existence.ties.iter().any(|(alias, _)| alias == name)
            || self.rules.iter().any(|(pattern, _)| named(pattern));
        let family = existence.in_family(name).filter(|_| !own);
        !existence.denies(kept)
            && family.unwrap_or_else(|| {
                own || kept != name
                    || self.loading.tensor(kept).is_some()
                    || existence.shapes.iter().any(|(pattern, _)| named(pattern))
                    || self.model.as_ref().is_some_and(|model| model.contains_key(kept))
            })
    }
}
