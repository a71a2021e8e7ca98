//! Which parameters are to train: the others are judged for what they pass on alone.

use std::collections::HashSet;

use candle_core::Var;
use candle_init::Initializer;
use candle_init_checkpoint::Glob;
use candle_nn::VarMap;

use crate::error::{Error, Result};

/// What the user says of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) frozen: Vec<String>,
    pub(crate) only: Vec<String>,
}

impl Scope {
    /// The names of the parameters that train: what the initializer leaves to the optimizer, of that what `only` names,
    /// without what is frozen.
    ///
    /// # Errors
    /// [`Error::Pattern`] for a pattern that is none, or that no parameter matches.
    pub(crate) fn trained(
        &self,
        vars: &VarMap,
        initializer: Option<&Initializer>,
        parameters: &[(String, Var)],
    ) -> Result<HashSet<String>> {
        let kept = initializer.map_or_else(|| candle_init::trainable_vars(vars), |init| init.trainable(vars));
        let kept: HashSet<_> = kept.iter().map(|var| var.id()).collect();
        let (frozen, only) = (globs(&self.frozen, parameters)?, globs(&self.only, parameters)?);
        let any = |globs: &[Glob], name: &str| globs.iter().any(|glob| glob.matches(name));
        let trains = |(name, var): &&(String, Var)| {
            kept.contains(&var.id()) && !any(&frozen, name) && (only.is_empty() || any(&only, name))
        };
        Ok(parameters.iter().filter(trains).map(|(name, _)| name.clone()).collect())
    }
}

fn globs(patterns: &[String], parameters: &[(String, Var)]) -> Result<Vec<Glob>> {
    let glob = |pattern: &String| {
        let refuse = |reason: String| Error::Pattern { pattern: pattern.clone(), reason };
        let glob = Glob::new(pattern).map_err(refuse)?;
        let matched = parameters.iter().any(|(name, _)| glob.matches(name));
        matched.then_some(glob).ok_or_else(|| {
            let names = parameters.iter().take(3).map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>();
            refuse(format!(
                "no parameter matches it; there are {} such as {}",
                parameters.len(),
                names.join(", ")
            ))
        })
    };
    patterns.iter().map(glob).collect()
}
