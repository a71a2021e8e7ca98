//! The lines of a recipe file: lists of texts, the last of which may be a condition.

use std::fmt;
use std::str::FromStr;

use crate::policy::pattern::Pattern;
use crate::recipe::condition::Condition;
use crate::recipe::template::Template;

/// `[pattern, rule]` or `[pattern, rule, condition]`.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) pattern: Pattern,
    pub(crate) rule: Template,
    pub(crate) condition: Option<Condition>,
}

/// `[pattern]` or `[pattern, condition]`: whether a model has a parameter that it asks for first.
#[derive(Clone, Debug)]
pub(crate) struct Exists {
    pub(crate) pattern: Pattern,
    pub(crate) condition: Option<Condition>,
}

/// `[name, name]` or `[name, name, condition]`: two names of one tensor.
#[derive(Clone, Debug)]
pub(crate) struct Tie {
    pub(crate) name: String,
    pub(crate) same: String,
    pub(crate) condition: Option<Condition>,
}

/// What is wrong with a file: the text to point at, and the reason.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    pub(crate) at: String,
    pub(crate) reason: String,
}

impl Mistake {
    /// About a text in quotes.
    pub(crate) fn of(text: &str, reason: impl fmt::Display) -> Self {
        Self { at: format!("\"{text}\""), reason: reason.to_string() }
    }
}

impl Entry {
    pub(crate) fn read(texts: &[String]) -> Result<Self, Mistake> {
        let ([pattern, rule], condition) = pieces(texts, "[\"*.bias\", \"zeros\"]")?;
        Ok(Self { pattern: glob(pattern)?, rule: parsed(rule)?, condition })
    }
}

impl Exists {
    pub(crate) fn read(texts: &[String]) -> Result<Self, Mistake> {
        let ([pattern], condition) = pieces(texts, "[\"lm_head.weight\", \"!tied\"]")?;
        Ok(Self { pattern: glob(pattern)?, condition })
    }
}

impl Tie {
    pub(crate) fn read(texts: &[String]) -> Result<Self, Mistake> {
        let form = "[\"lm_head.weight\", \"model.embed_tokens.weight\", \"tied\"]";
        let ([name, same], condition) = pieces(texts, form)?;
        Ok(Self { name: name.into(), same: same.into(), condition })
    }
}

/// As many texts as a line has, and its condition.
fn pieces<'a, const N: usize>(
    texts: &'a [String],
    form: &str,
) -> Result<([&'a str; N], Option<Condition>), Mistake> {
    let quoted = texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
    let wrong =
        || Mistake { at: quoted.clone(), reason: format!("{} texts; write it as `{form}`", texts.len()) };
    let (first, rest) = texts.split_at_checked(N).ok_or_else(wrong)?;
    let mut own = [""; N];
    own.iter_mut().zip(first).for_each(|(own, text)| *own = text);
    match rest {
        [] => Ok((own, None)),
        [condition] => Ok((own, Some(parsed(condition)?))),
        _ => Err(wrong()),
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, Mistake> {
    text.parse().map_err(|error: T::Err| Mistake::of(text, error))
}

pub(crate) fn glob(text: &str) -> Result<Pattern, Mistake> {
    Pattern::new(text).map_err(|error| Mistake::of(text, error))
}
