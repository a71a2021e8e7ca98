//! Globs over dotted paths.

use std::fmt;

use candle_init_checkpoint::Glob;

use crate::error::{Error, Result};

/// A glob over the dotted path, of the one grammar that checkpoints have too.
#[derive(Clone)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    glob: Glob,
}

impl Pattern {
    /// # Errors
    /// [`Error::Text`] for what is no glob.
    pub(crate) fn new(text: &str) -> Result<Self> {
        let refuse = |reason: String| Error::Text { kind: "a pattern", text: shortened(text), reason };
        Ok(Self { text: text.into(), glob: Glob::new(text).map_err(refuse)? })
    }

    /// Whether it has no `*`, so that it names parameters and does not only describe them.
    pub(crate) fn is_narrow(&self) -> bool {
        let mut letters = self.text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '*' => return false,
                '\\' => drop(letters.next()),
                _ => {}
            }
        }
        true
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        self.glob.matches(name)
    }
}

/// The pattern, or as much of it as a message needs.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}
