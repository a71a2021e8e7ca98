//! One rule of a recipe, its numbers filled in.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::policy::framework::Framework;
use crate::policy::pattern::Pattern;
use crate::policy::reason::Reason;
use crate::rule::Rule;
use crate::text::Call;

/// What the parameters get whose path matches, and which recipe says so.
#[derive(Clone, Debug)]
pub(crate) struct Prescription {
    pub(crate) family: Arc<str>,
    pub(crate) pattern: Pattern,
    pub(crate) gives: Prescribed,
}

impl Prescription {
    pub(crate) fn reason(&self) -> Reason {
        Reason::Recipe { family: self.family.to_string(), pattern: self.pattern.text.clone() }
    }
}

/// The right-hand side of a recipe's rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Prescribed {
    Rule(Rule),
    /// What a framework gives the layer: `defaults(pytorch)`.
    Defaults(Framework),
}

impl fmt::Display for Prescribed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => rule.fmt(f),
            Self::Defaults(framework) => write!(f, "defaults({framework})"),
        }
    }
}

impl FromStr for Prescribed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match Call::new(text.trim()) {
            Ok(Call { name: "defaults", inside: Some(framework) }) => framework.parse().map(Self::Defaults),
            _ => text.parse().map(Self::Rule),
        }
    }
}
