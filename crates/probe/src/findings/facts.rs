//! What a finding states.

use crate::findings::limit::Limit;
use crate::findings::severity::Severity;

/// Everything a finding states.
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) measured: f64,
    pub(crate) limit: Limit,
    pub(crate) what: String,
    pub(crate) advice: String,
}

impl Facts {
    /// With these words and this way out.
    pub(crate) fn say(self, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into(), ..self }
    }
}

/// Facts without words.
pub(crate) fn facts(
    name: &'static str,
    severity: Severity,
    measured: f64,
    limit: (f64, &'static str),
) -> Facts {
    let limit = Limit { value: limit.0, source: limit.1 };
    Facts { name, severity, measured, limit, what: String::new(), advice: String::new() }
}
