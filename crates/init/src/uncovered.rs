//! A parameter that nothing covers, and the rule that would.

use std::cmp::Reverse;

use candle_core::Shape;
use candle_init_checkpoint::shown;

use crate::listed::listed;

/// A parameter that no rule, no default and no hint covers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Uncovered {
    /// The full dotted path.
    pub name: String,
    /// The shape that was asked for.
    pub shape: Shape,
    /// The line that would cover it, with numbered layers folded into `*`: `.rule("h.*.norm.weight", init::ONES)`.
    pub rule: String,
    /// The same as text: the pattern, and the rule as files and command lines have it.
    pub text: (String, String),
    /// The tensor of the [loaded](crate::Initializer::load) checkpoint whose name is nearest; of many parameters, those of
    /// the first eight.
    pub nearest: Option<String>,
}

/// The parameters as a message lists them.
pub(crate) fn names(parameters: &[Uncovered]) -> String {
    let nearest = |p: &Uncovered| {
        p.nearest.as_ref().map_or_else(String::new, |n| format!(" (the nearest is `{}`)", shown(n)))
    };
    listed(parameters.iter().map(|p| format!("`{}` {:?}{}", shown(&p.name), p.shape, nearest(p))))
}

/// The lines to add, each once. The narrower stand first, so that none is in the shadow of another: those with more parts,
/// then those with fewer of them folded.
pub(crate) fn rules(parameters: &[Uncovered]) -> String {
    let mut rules: Vec<_> = parameters.iter().map(|parameter| parameter.rule.as_str()).collect();
    let width = |rule: &str| {
        let pattern = rule.split("\", ").next().unwrap_or(rule);
        (Reverse(pattern.matches('.').count()), pattern.matches('*').count())
    };
    rules.sort_unstable_by(|a, b| (width(a), *a).cmp(&(width(b), *b)));
    rules.dedup();
    rules.concat()
}
