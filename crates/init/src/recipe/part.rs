//! A part of a larger model that has a recipe of its own: LLaVA's vision tower.

use serde::Deserialize;

/// Where it stands in the model, where its config stands, and which recipe it has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The pattern of the path below which its parameters lie; without one, all that is left.
    pub(crate) at: Option<String>,
    /// The key of its config; without one, that of the whole.
    pub(crate) config: Option<String>,
    /// Its family, unless its config has a `model_type`.
    pub(crate) family: String,
}
