//! Will it train? The answer, as a value, a table and JSON.

use serde::Serialize;

use crate::{Finding, Inspection, Severity, Signal};

/// What was found of a model before its first step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// Everything that was found, the cause before what follows from it.
    pub findings: Vec<Finding>,
    /// The static check.
    pub inspection: Option<Inspection>,
    /// The signal check.
    pub signal: Option<Signal>,
}

impl Verdict {
    /// Whether nothing was found that keeps the model, or a part of it, from training.
    #[must_use]
    pub fn is_trainable(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity() < Severity::Fault)
    }
}
