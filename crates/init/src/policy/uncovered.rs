//! Parameters that nothing covers, and the rules that would.

use candle_core::Shape;

/// A parameter that nothing covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncovered {
    /// The full dotted path.
    pub name: String,
    /// The shape that was asked for.
    pub shape: Shape,
}

impl Uncovered {
    /// The rule that would cover it, with numbered layers folded into `*`.
    ///
    /// A one-dimensional weight scales a norm and starts at one; what a matrix needs is for its
    /// model's author to say, so the rule proposes He's law.
    #[must_use]
    pub fn rule(&self) -> String {
        let fold = |part: &str| if part.parse::<u64>().is_ok() { "*".into() } else { part.to_string() };
        let pattern = self.name.split('.').map(fold).collect::<Vec<_>>().join(".");
        let law = if self.shape.rank() < 2 { "ONES" } else { "HE_NORMAL" };
        format!(".rule(\"{pattern}\", init::{law})")
    }
}

/// At most this many names in one message.
const NAMES_SHOWN: usize = 8;

pub(crate) fn names(parameters: &[Uncovered]) -> String {
    let shown = parameters.iter().take(NAMES_SHOWN).map(|p| format!("`{}` {:?}", p.name, p.shape));
    let more = parameters.len().saturating_sub(NAMES_SHOWN);
    let rest = (more > 0).then(|| format!("{more} more"));
    shown.chain(rest).collect::<Vec<_>>().join(", ")
}

pub(crate) fn rules(parameters: &[Uncovered]) -> String {
    let mut rules: Vec<_> = parameters.iter().map(Uncovered::rule).collect();
    rules.sort();
    rules.dedup();
    rules.join("")
}
