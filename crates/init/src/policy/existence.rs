//! Which parameters a model has, where it asks instead of saying.

use candle_core::Shape;

use crate::error::Result;
use crate::policy::pattern::Pattern;
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
    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|(pattern, _)| pattern.matches(name)).map(|(_, shape)| shape)
    }

    /// What a recipe says of whether there is a parameter.
    pub(crate) fn in_family(&self, name: &str) -> Option<bool> {
        self.family.iter().find(|(pattern, _)| pattern.matches(name)).map(|(_, exists)| *exists)
    }

    /// That every name that is stated to be another's was asked for.
    pub(crate) fn check_ties(&self, asked: &[&str]) -> Result<()> {
        let unused = self.ties.iter().find(|(alias, _)| !asked.contains(&alias.as_str()));
        unused.map_or(Ok(()), |(alias, _)| Err(unused_rule("tie", alias, asked)))
    }

    /// That the model asked for everything that it shall be without.
    pub(crate) fn check_absent(&self, asked: &[&str]) -> Result<()> {
        check_used("absent", self.absent.iter(), asked, |(), _| true)
    }
}
