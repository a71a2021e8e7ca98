//! Globs over whole names, and what their wildcards matched.

use std::fmt;

use regex_lite::{Regex, RegexBuilder};

/// A glob: `*` is any text, `?` any character, `[0-9]` one of a set, `{a,b}` either, `\` takes the next character as it is.
#[derive(Clone)]
pub struct Glob {
    text: String,
    matcher: Regex,
    /// The wildcards that are matched in any case, in order; `None` if there are some between braces.
    wildcards: Option<Vec<Wildcard>>,
}

/// A character of a glob that stands for others and keeps what it matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wildcard {
    /// `*`
    Text,
    /// `?`
    Letter,
}

/// The most that a glob may come to once it is compiled, in bytes: thousands of names in one `{…}`, at a few hundred
/// kilobytes. More is a mistake, and would cost every name that it is held against.
const MOST: usize = 1 << 20;

const HELP: &str = "use `*` for any text, `?` for one character, `[0-9]` for a set, `{a,b}` for either, `\\` before a \
                    character that stands for itself";

impl Glob {
    /// # Errors
    /// What is wrong with it, and what is possible.
    pub fn new(text: &str) -> Result<Self, String> {
        let mut reading =
            Reading { letters: text.chars(), regex: "(?s)^".into(), depth: 0, wildcards: Some(Vec::new()) };
        reading.read().map_err(|reason| format!("{reason}; {HELP}"))?;
        let compiled = RegexBuilder::new(&reading.regex).size_limit(MOST).build();
        let matcher = compiled.map_err(|error| format!("{error}; {HELP}"))?;
        Ok(Self { text: text.into(), matcher, wildcards: reading.wildcards })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches the whole of a name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }

    /// The glob that matches this text and no other.
    #[must_use]
    pub fn escaped(text: &str) -> String {
        let special = |letter: char| matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\');
        text.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter])).collect()
    }

    pub(crate) fn wildcards(&self) -> Option<&[Wildcard]> {
        self.wildcards.as_deref()
    }

    /// What each wildcard matches of a name, in order; `None` for a name that is not matched.
    pub(crate) fn captures<'a>(&self, name: &'a str) -> Option<Vec<&'a str>> {
        let found = self.matcher.captures(name)?;
        Some(found.iter().skip(1).map(|part| part.map_or("", |part| part.as_str())).collect())
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// A glob on the way to a regular expression over whole names.
struct Reading<'a> {
    letters: std::str::Chars<'a>,
    regex: String,
    /// How many braces are open.
    depth: usize,
    wildcards: Option<Vec<Wildcard>>,
}

impl Reading<'_> {
    fn read(&mut self) -> Result<(), &'static str> {
        while let Some(letter) = self.letters.next() {
            match letter {
                '*' => self.wildcard(Wildcard::Text, "(.*)"),
                '?' => self.wildcard(Wildcard::Letter, "(.)"),
                '[' => self.set()?,
                '{' | '}' => self.brace(letter)?,
                ',' if self.depth > 0 => self.regex.push('|'),
                '\\' => {
                    let next = self.letters.next().ok_or("a `\\` stands at the end")?;
                    self.literal(next);
                }
                other => self.literal(other),
            }
        }
        self.regex.push('$');
        if self.depth > 0 { Err("a `{` is not closed") } else { Ok(()) }
    }

    fn wildcard(&mut self, wildcard: Wildcard, regex: &str) {
        self.regex.push_str(regex);
        match &mut self.wildcards {
            Some(wildcards) if self.depth == 0 => wildcards.push(wildcard),
            _ => self.wildcards = None,
        }
    }

    fn brace(&mut self, letter: char) -> Result<(), &'static str> {
        if letter == '{' {
            self.depth += 1;
            self.regex.push_str("(?:");
        } else {
            self.depth = self.depth.checked_sub(1).ok_or("a `}` closes nothing")?;
            self.regex.push(')');
        }
        Ok(())
    }

    fn literal(&mut self, letter: char) {
        self.regex.push_str(&regex_lite::escape(letter.encode_utf8(&mut [0; 4])));
    }

    /// `[abc]`, `[0-9]`, `[!x]`: a `]` that comes first stands for itself.
    fn set(&mut self) -> Result<(), &'static str> {
        self.regex.push('[');
        let mut first = true;
        loop {
            match self.letters.next().ok_or("a `[` is not closed")? {
                '!' | '^' if first => self.regex.push('^'),
                ']' if !first && !self.regex.ends_with("[^") => break,
                '-' => self.regex.push('-'),
                letter => self.literal(letter),
            }
            first = false;
        }
        self.regex.push(']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        for (glob, yes, no) in [
            ("*.bias", "a.b.bias", "a.bias.b"),
            ("h.?.w", "h.1.w", "h.12.w"),
            ("h.[0-9].w", "h.3.w", "h.x.w"),
            ("h.[!0-9].w", "h.x.w", "h.3.w"),
            ("h.[!]].w", "h.x.w", "h.].w"),
            ("h.[]x].w", "h.].w", "h.y.w"),
            ("*.{gamma,beta}", "ln.beta", "ln.bias"),
            ("a\\*b", "a*b", "axb"),
            ("a.b", "a.b", "axb"),
            ("*", "any\nthing", "\0\0never"),
        ] {
            let glob = Glob::new(glob).unwrap();
            assert!(glob.matches(yes), "{glob:?}");
            assert!(glob.text() == "*" || !glob.matches(no), "{glob:?}");
        }
        for wrong in ["a{b", "a}", "[a", "a\\", "[z-a]", &"*a".repeat(1 << 16)] {
            assert!(Glob::new(wrong).is_err_and(|said| said.contains("use `*`")), "{wrong:.20}");
        }
    }

    #[test]
    fn an_escaped_text_matches_itself() {
        for text in ["a.b", "*?[]{}\\", "", "é*"] {
            assert!(Glob::new(&Glob::escaped(text)).unwrap().matches(text), "{text}");
        }
    }

    #[test]
    fn wildcards_keep_what_they_matched() {
        let glob = Glob::new("h.?.*.[ab]").unwrap();
        assert_eq!(glob.captures("h.3.x.y.a"), Some(vec!["3", "x.y"]));
        assert_eq!(glob.captures("h.3.x.y.c"), None);
        assert_eq!(glob.wildcards(), Some(&[Wildcard::Letter, Wildcard::Text][..]));
        assert_eq!(Glob::new("{a*,b}").unwrap().wildcards(), None);
    }
}
