//! One renaming: names of the file by a glob, names of the model by a template.

use crate::checkpoint::template::{Template, counts};
use crate::error::{Error, Result};
use crate::glob::{Glob, Wildcard};

/// What `rename(from, to)` says.
#[derive(Debug)]
pub(crate) struct Renaming {
    from: Glob,
    wildcards: Vec<Wildcard>,
    to: Template,
}

impl Renaming {
    pub(crate) fn new(from: &str, to: &str) -> Result<Self> {
        let refuse = |pattern: &str, reason: String| Error::Pattern { pattern: pattern.into(), reason };
        let glob = glob(from)?;
        let template = Template::new(to).map_err(|reason| refuse(to, reason.into()))?;
        let Some(wildcards) = glob.wildcards().map(<[_]>::to_vec) else {
            let reason = "a wildcard between braces does not always match, so that it cannot be renamed by; write a \
                          renaming for each case";
            return Err(refuse(from, reason.into()));
        };
        let counts = (counts(&wildcards), counts(&template.wildcards()));
        if counts.0 != counts.1 {
            return Err(Error::Wildcards { from: from.into(), to: to.into(), counts });
        }
        Ok(Self { from: glob, wildcards, to: template })
    }

    /// The pattern of names in the file.
    pub(crate) fn from(&self) -> &Glob {
        &self.from
    }

    /// The new name of a tensor that it matches.
    pub(crate) fn of(&self, name: &str) -> Option<String> {
        Some(self.to.filled(&self.wildcards, &self.from.captures(name)?))
    }
}

/// A glob over names.
pub(crate) fn glob(pattern: &str) -> Result<Glob> {
    Glob::new(pattern).map_err(|reason| Error::Pattern { pattern: pattern.into(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(from: &str, to: &str, name: &str) -> Option<String> {
        Renaming::new(from, to).unwrap().of(name)
    }

    #[test]
    fn wildcards_take_what_their_like_matched() {
        assert_eq!(renamed("bert.*", "model.*", "bert.a.b").as_deref(), Some("model.a.b"));
        assert_eq!(renamed("bert.*", "model.*", "cls.a"), None);
        assert_eq!(renamed("h.?.*.w", "*.?", "h.7.a.b.w").as_deref(), Some("a.b.7"));
        assert_eq!(renamed("*.*", "*-*", "a.b.c").as_deref(), Some("a.b-c"));
        assert_eq!(renamed("{a,b}.*", "c.*", "b.x").as_deref(), Some("c.x"));
        assert_eq!(renamed("a", "\\*\\[", "a").as_deref(), Some("*["));
        assert_eq!(renamed("*", "*", "").as_deref(), Some(""));
    }

    #[test]
    fn what_cannot_be_renamed_by_is_refused() {
        let said = |from, to| Renaming::new(from, to).unwrap_err().to_string();
        assert!(said("a.*.*", "b.*").contains("has 2 `*` and 0 `?` and the other 1 `*` and 0 `?`"));
        assert!(said("a.?", "b.*").contains("as many on both sides are required"));
        assert!(said("{a*,b}", "b*").contains("between braces"));
        assert!(said("a[", "b").contains("a `[` is not closed"));
        assert!(said("a*", "b{*}").contains("put `\\` before"));
        assert!(said("a", "b\\").contains("at the end"));
    }
}
