//! A parameter that a model asked for, could not have, and went on without.

use candle_init_checkpoint::shown;

use crate::listed::listed;

/// What a model was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The full dotted path.
    pub parameter: String,
    /// What was wrong, with the way out.
    pub reason: String,
}

/// The parameters as a message lists them.
pub(crate) fn names(parameters: &[Refusal]) -> String {
    listed(parameters.iter().map(|refusal| format!("`{}`", shown(&refusal.parameter))))
}

/// What was wrong with the first, and how to say that it is meant.
pub(crate) fn way_out(parameters: &[Refusal]) -> String {
    let Some(first) = parameters.first() else { return String::new() };
    let Refusal { parameter, reason } = first;
    format!("{reason}. If the model shall be without, say `.absent({parameter:?})`")
}
