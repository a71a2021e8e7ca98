//! Globs over dotted paths.

use std::fmt;

use regex_lite::{Regex, RegexBuilder};

use crate::error::{Error, Result};

/// A glob over the dotted path.
#[derive(Clone)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    matcher: Regex,
}

/// The most that a pattern may come to once it is compiled, in bytes: thousands of names in one `{…}`, at a few
/// hundred kilobytes. More is a mistake, and would cost every parameter of a model.
const MOST: usize = 1 << 20;

impl Pattern {
    /// # Errors
    /// [`Error::Text`] for what is no glob.
    pub(crate) fn new(text: &str) -> Result<Self> {
        let refuse = |reason: String| Error::Text { kind: "a pattern", text: shortened(text), reason };
        let regex = regex(text).map_err(|reason| refuse(format!("{reason}; {HELP}")))?;
        let compiled = RegexBuilder::new(&regex).size_limit(MOST).build();
        let matcher = compiled.map_err(|error| refuse(format!("{error}; {HELP}")))?;
        Ok(Self { text: text.into(), matcher })
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
        self.matcher.is_match(name)
    }
}

const HELP: &str = "use `*` for any text, `?` for one character, `[0-9]` for a set, `{a,b}` for either, `\\` before a \
                    character that stands for itself";

/// The pattern that matches this text and no other.
pub(crate) fn escaped(text: &str) -> String {
    let special = |letter: char| matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\');
    text.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter])).collect()
}

/// The pattern, or as much of it as a message needs.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// The glob as a regular expression over whole names.
fn regex(glob: &str) -> Result<String, &'static str> {
    let (mut regex, mut depth, mut letters) = (String::from("(?s)^"), 0_usize, glob.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => set(&mut letters, &mut regex)?,
            '{' => {
                depth += 1;
                regex.push_str("(?:");
            }
            '}' => {
                depth = depth.checked_sub(1).ok_or("a `}` closes nothing")?;
                regex.push(')');
            }
            ',' if depth > 0 => regex.push('|'),
            '\\' => literal(letters.next().ok_or("a `\\` stands at the end")?, &mut regex),
            other => literal(other, &mut regex),
        }
    }
    if depth > 0 {
        return Err("a `{` is not closed");
    }
    regex.push('$');
    Ok(regex)
}

fn literal(letter: char, regex: &mut String) {
    regex.push_str(&regex_lite::escape(letter.encode_utf8(&mut [0; 4])));
}

/// `[abc]`, `[0-9]`, `[!x]`: a `]` that comes first stands for itself.
fn set(letters: &mut std::str::Chars<'_>, regex: &mut String) -> Result<(), &'static str> {
    regex.push('[');
    let mut first = true;
    loop {
        match letters.next().ok_or("a `[` is not closed")? {
            '!' | '^' if first => {
                regex.push('^');
                if letters.as_str().starts_with(']') {
                    letters.next();
                    regex.push_str("\\]");
                }
            }
            ']' if !first => break,
            '-' => regex.push('-'),
            letter => literal(letter, regex),
        }
        first = false;
    }
    regex.push(']');
    Ok(())
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}
