//! Whether every rule decides for something.

use crate::error::{Error, Result};
use crate::nearest::{nearest, nearest_to_pattern};
use crate::policy::pattern::Pattern;

/// That every pattern that a method was given is the first to match at least one of the names that it applies to. Each is held
/// against each name once.
pub(crate) fn check_used<'a, T: 'a>(
    call: &'static str,
    stated: impl Iterator<Item = &'a (Pattern, T)>,
    names: &[&str],
    applies: impl Fn(&T, &str) -> bool,
) -> Result<()> {
    let mut takers: Vec<Option<&Pattern>> = vec![None; names.len()];
    for (pattern, what) in stated {
        let covers = |name: &str| applies(what, name) && pattern.matches(name);
        let (mut is_first, mut earlier) = (false, None);
        for (taker, _) in takers.iter_mut().zip(names).filter(|(_, name)| covers(name)) {
            is_first |= taker.is_none();
            earlier = earlier.or(*taker);
            taker.get_or_insert(pattern);
        }
        match earlier {
            _ if is_first => {}
            None => return Err(unused_rule(call, &pattern.text, names)),
            Some(earlier) => {
                let (pattern, earlier) = (pattern.text.clone(), earlier.text.clone());
                return Err(Error::ShadowedRule { pattern, earlier });
            }
        }
    }
    Ok(())
}

/// The error that a pattern matches none of the names.
pub(crate) fn unused_rule(call: &'static str, pattern: &str, names: &[&str]) -> Error {
    let near = nearest(pattern, names.iter().copied());
    let near = near.or_else(|| nearest_to_pattern(pattern, names.iter().copied()));
    Error::UnusedRule {
        call,
        pattern: pattern.into(),
        parameters: names.len(),
        nearest: near.map(String::from),
    }
}
