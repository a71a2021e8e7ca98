//! A text that could not be read, kept until a call that can fail reports it.

use crate::error::Error;

/// Why a pattern or a rule was refused.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    kind: &'static str,
    text: String,
    reason: String,
}

impl Refused {
    /// What an error says of a text.
    pub(crate) fn of(error: Error) -> Self {
        match error {
            Error::Text { kind, text, reason } => Self { kind, text, reason },
            other => Self { kind: "a rule", text: "…".into(), reason: other.to_string() },
        }
    }

    pub(crate) fn error(&self) -> Error {
        Error::Text { kind: self.kind, text: self.text.clone(), reason: self.reason.clone() }
    }
}
