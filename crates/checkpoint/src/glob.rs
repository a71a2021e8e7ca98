//! Globs over whole names, and what their wildcards matched.

use std::fmt;

use regex_lite::{Regex, RegexBuilder};

/// A glob: `*` is any text, `?` any character, `[0-9]` one of a set, `{a,b}` either, `\` takes the next character as it is.
///
/// Characters are those of Unicode, not bytes. A glob has 64 KiB, 32 wildcards and braces 32 deep at most; compiled it may
/// take 1 MiB, which is about two thousand names in one `{…}`. Matching a name takes time in proportion to the lengths of
/// both.
#[derive(Clone)]
pub struct Glob {
    text: String,
    /// What names start and end with before the first and after the last character that is no literal: most of many names
    /// are told from these alone, at a hundredth of a match's cost.
    ends: Ends,
    /// Whether the ends are all there is, but for one `*` between them: most globs.
    is_ends: bool,
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

/// The most that a glob may come to once it is compiled, in bytes: about two thousand names in one `{…}`. More is a
/// mistake, and would cost every name that it is held against.
const MOST: usize = 1 << 20;
/// The most bytes of a glob, and the most braces that stand in one another: nothing is compiled of what has more.
const LONGEST: usize = 1 << 16;
const DEEPEST: usize = 32;
/// The most wildcards whose text is kept: each takes room beside every state of the compiled glob.
const WILDCARDS: usize = 32;

const HELP: &str = "use `*` for any text, `?` for one character, `[0-9]` for a set, `{a,b}` for either, `\\` before a \
                    character that stands for itself";
const SPLIT: &str = "of many names make several patterns, or one with `*`";

impl Glob {
    /// # Errors
    /// What is wrong with it, and what is possible.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it has {} bytes, and {LONGEST} are the most; {SPLIT}; {HELP}", text.len()));
        }
        let mut reading = Reading::new(text);
        reading.read().map_err(|reason| format!("{reason}; {HELP}"))?;
        let compiled = RegexBuilder::new(&reading.regex).size_limit(MOST).build();
        let matcher = compiled.map_err(|error| format!("{error}; {SPLIT}; {HELP}"))?;
        let Reading { ends, wildcards, .. } = reading;
        let is_ends = ends.others == 1 && wildcards.as_deref() == Some(&[Wildcard::Text]);
        Ok(Self { text: text.into(), ends, is_ends, matcher, wildcards })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches the whole of a name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.ends.may_be_of(name) && (self.is_ends || self.matcher.is_match(name))
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
        let found = self.matcher.captures(name).filter(|_| self.ends.may_be_of(name))?;
        Some(found.iter().skip(1).map(|part| part.map_or("", |part| part.as_str())).collect())
    }
}

const TOO_DEEP: &str = "its braces stand in one another more than 32 deep";
const TOO_MANY: &str = "it has more than 32 wildcards";

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// The literal text at either end of a glob.
#[derive(Clone, Debug, Default)]
struct Ends {
    first: String,
    /// What stands after the last character that is no literal; `None` before there was one.
    last: Option<String>,
    /// How many characters are no literals.
    others: usize,
}

impl Ends {
    fn may_be_of(&self, name: &str) -> bool {
        let last = self.last.as_deref().unwrap_or_default();
        name.len() >= self.first.len() + last.len() && name.starts_with(&self.first) && name.ends_with(last)
    }

    fn literal(&mut self, letter: char) {
        self.last.as_mut().unwrap_or(&mut self.first).push(letter);
    }

    fn other(&mut self) {
        self.others += 1;
        self.last.get_or_insert_default().clear();
    }
}

/// A glob on the way to a regular expression over whole names.
struct Reading<'a> {
    letters: std::str::Chars<'a>,
    ends: Ends,
    regex: String,
    /// How many braces are open.
    depth: usize,
    wildcards: Option<Vec<Wildcard>>,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str) -> Self {
        let (letters, regex, wildcards) = (text.chars(), "(?s)^".into(), Some(Vec::new()));
        Self { letters, ends: Ends::default(), regex, depth: 0, wildcards }
    }

    fn read(&mut self) -> Result<(), &'static str> {
        while let Some(letter) = self.letters.next() {
            if matches!(letter, '*' | '?' | '[' | '{') {
                self.ends.other();
            }
            match letter {
                '*' => self.wildcard(Wildcard::Text, ".*")?,
                '?' => self.wildcard(Wildcard::Letter, ".")?,
                '[' => self.set()?,
                '{' | '}' => self.brace(letter)?,
                ',' if self.depth > 0 => self.regex.push('|'),
                '\\' => {
                    let next = self.letters.next().ok_or("a `\\` stands at the end")?;
                    self.outside(next);
                }
                other => self.outside(other),
            }
        }
        self.regex.push('$');
        if self.depth > 0 { Err("a `{` is not closed") } else { Ok(()) }
    }

    /// What a wildcard between braces matched is not kept: it may have matched nothing.
    fn wildcard(&mut self, wildcard: Wildcard, regex: &str) -> Result<(), &'static str> {
        self.wildcards = self.wildcards.take().filter(|_| self.depth == 0);
        match &mut self.wildcards {
            Some(wildcards) if wildcards.len() == WILDCARDS => return Err(TOO_MANY),
            Some(wildcards) => {
                wildcards.push(wildcard);
                self.regex.extend(["(", regex, ")"]);
            }
            None => self.regex.push_str(regex),
        }
        Ok(())
    }

    fn brace(&mut self, letter: char) -> Result<(), &'static str> {
        if letter == '{' {
            self.depth = Some(self.depth + 1).filter(|&depth| depth <= DEEPEST).ok_or(TOO_DEEP)?;
            self.regex.push_str("(?:");
        } else {
            self.depth = self.depth.checked_sub(1).ok_or("a `}` closes nothing")?;
            self.regex.push(')');
        }
        Ok(())
    }

    /// A literal that stands in no set.
    fn outside(&mut self, letter: char) {
        if self.depth == 0 {
            self.ends.literal(letter);
        }
        self.literal(letter);
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
            ("h.[x!].w", "h.!.w", "h.^.w"),
            ("*.{gamma,beta}", "ln.beta", "ln.bias"),
            ("a\\*b", "a*b", "axb"),
            ("a.b", "a.b", "axb"),
            ("a*a", "aa", "a"),
            ("*[0-9]", "x1", "x"),
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

    /// Long, deep and wide ones: an error that says the limit, and within it a glob.
    #[test]
    fn limits_are_said() {
        let nested = |depth: usize| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
        let names = |count: usize| {
            let names: Vec<_> = (0..count).map(|i| format!("layers.{i}.weight")).collect();
            format!("{{{}}}", names.join(","))
        };
        for (text, said) in [
            (nested(250), "more than 32 deep"),
            (nested(DEEPEST + 1), "more than 32 deep"),
            (nested(30_000), "more than 32 deep"),
            ("*a".repeat(33), "more than 32 wildcards"),
            (nested(100_000), "200001 bytes, and 65536 are the most"),
            ("a".repeat(1 << 20), "1048576 bytes, and 65536 are the most"),
            (names(8_000), "65536 are the most; of many names make several patterns"),
        ] {
            let error = Glob::new(&text).unwrap_err();
            assert!(error.contains(said), "{error:.200}");
        }
        assert!(Glob::new(&nested(DEEPEST)).unwrap().matches("a"));
        let many = Glob::new(&names(1_500)).unwrap();
        assert!(many.matches("layers.1499.weight") && !many.matches("layers.1500.weight"));
    }

    #[test]
    fn wildcards_and_sets_take_characters_not_bytes() {
        for glob in ["a?b", "a[é]b", "a[à-ü]b", "a[!x]b"] {
            let glob = Glob::new(glob).unwrap();
            assert!(glob.matches("aéb") && !glob.matches("aééb") && !glob.matches("ab"), "{glob:?}");
        }
    }

    #[test]
    fn literal_ends_are_those_of_names() {
        for (glob, first, last) in [
            ("a.b", "a.b", None),
            ("h.*.w", "h.", Some(".w")),
            ("h.{a,b}.[0-9]x\\*", "h.", Some("x*")),
            ("{a,b}", "", Some("")),
            ("é?ü", "é", Some("ü")),
        ] {
            let ends = Glob::new(glob).unwrap().ends;
            assert_eq!((ends.first.as_str(), ends.last.as_deref()), (first, last), "{glob}");
        }
        // The ends of a name may not be one text.
        assert!(!Glob::new("aba*aba").unwrap().matches("aba"));
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
