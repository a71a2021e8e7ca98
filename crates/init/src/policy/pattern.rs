//! Globs over dotted paths.

use globset::{GlobBuilder, GlobMatcher};

use crate::error::Error;

/// A pattern that is no glob, kept until a call that can fail reports it.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pattern: String,
    reason: String,
}

impl Refused {
    pub(crate) fn error(&self) -> Error {
        Error::Pattern { pattern: self.pattern.clone(), reason: self.reason.clone() }
    }
}

/// A glob over the dotted path.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    matcher: GlobMatcher,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Result<Self, Refused> {
        let refuse = |e: globset::Error| Refused { pattern: text.into(), reason: e.kind().to_string() };
        // The separator is a dot, which `*` passes; a backslash must not mean a folder on one system only.
        let glob =
            GlobBuilder::new(text).literal_separator(false).backslash_escape(true).build().map_err(refuse)?;
        Ok(Self { text: text.into(), matcher: glob.compile_matcher() })
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }
}
