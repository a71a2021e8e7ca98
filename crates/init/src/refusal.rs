//! A parameter that a model asked for, could not have, and went on without.

/// What a model was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The full dotted path.
    pub parameter: String,
    /// What was wrong, with the way out.
    pub reason: String,
}

/// At most this many names in one message: `Error::Refused` has all of them.
const NAMES_SHOWN: usize = 8;

/// The parameters as a message lists them.
pub(crate) fn names(parameters: &[Refusal]) -> String {
    let shown = parameters.iter().take(NAMES_SHOWN).map(|refusal| format!("`{}`", refusal.parameter));
    let more = parameters.len().saturating_sub(NAMES_SHOWN);
    let rest = (more > 0).then(|| format!("{more} more"));
    shown.chain(rest).collect::<Vec<_>>().join(", ")
}

/// What was wrong with the first, and how to say that it is meant.
pub(crate) fn way_out(parameters: &[Refusal]) -> String {
    let Some(first) = parameters.first() else { return String::new() };
    let Refusal { parameter, reason } = first;
    format!("{reason}. If the model shall be without, say `.absent({parameter:?})`")
}
