//! Whether every rule decides for something.

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::policy::pattern::Pattern;

/// That every pattern is the first to match at least one of the names that it applies to.
pub(crate) fn check_used<'a, T: 'a>(
    stated: impl Iterator<Item = &'a (Pattern, T)>,
    names: &[&str],
    applies: impl Fn(&T, &str) -> bool,
) -> Result<()> {
    let mut before: Vec<&(Pattern, T)> = Vec::new();
    for statement in stated {
        let covers =
            |(pattern, what): &(Pattern, T), name: &str| applies(what, name) && pattern.matches(name);
        let earlier =
            |name: &str| before.iter().find(|earlier| covers(earlier, name)).map(|(pattern, _)| pattern);
        let matched: Vec<_> = names.iter().copied().filter(|name| covers(statement, name)).collect();
        if matched.is_empty() {
            return Err(unused_rule(&statement.0.text, names));
        }
        // All are `Some` only if nothing is left for this pattern.
        let takers: Option<Vec<_>> = matched.into_iter().map(earlier).collect();
        if let Some(taker) = takers.as_ref().and_then(|takers| takers.first()) {
            let (pattern, earlier) = (statement.0.text.clone(), taker.text.clone());
            return Err(Error::ShadowedRule { pattern, earlier });
        }
        before.push(statement);
    }
    Ok(())
}

/// The error that a pattern matches none of the names.
pub(crate) fn unused_rule(pattern: &str, names: &[&str]) -> Error {
    let nearest = nearest(pattern, names.iter().copied()).map(String::from);
    Error::UnusedRule { pattern: pattern.into(), parameters: names.len(), nearest }
}
