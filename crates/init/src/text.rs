//! The text form of initializers, rules and layer kinds: names, `name(key=value, …)`, and chains of them.

use std::collections::HashSet;
use std::str::FromStr;

use crate::nearest::suggestion_of;

/// What is wrong with a text, and what would be right.
pub(crate) type Refusal = String;

/// One `name(…)` of a text.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    /// What stands between the brackets; `None` without brackets.
    pub(crate) inside: Option<&'a str>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, Refusal> {
        let Some((name, rest)) = text.split_once('(') else {
            return Ok(Self { name: text.trim(), inside: None });
        };
        let inside = rest.trim_end().strip_suffix(')').ok_or("the closing bracket is missing")?;
        Ok(Self { name: name.trim(), inside: Some(inside) })
    }

    /// The arguments, as far as the form that a message shows has them.
    pub(crate) fn arguments(&self, form: &'a str) -> Result<Arguments<'a>, Refusal> {
        Arguments::new(self.inside.unwrap_or_default(), form)
    }

    /// That there are none.
    pub(crate) fn plain(&self) -> Result<(), Refusal> {
        match self.inside.map(str::trim) {
            None | Some("") => Ok(()),
            Some(_) => Err(format!("`{}` takes no arguments", self.name)),
        }
    }
}

/// The most brackets that stand in one another: what reads a text calls itself for each.
const DEEPEST: usize = 64;

/// That brackets stand in one another no deeper than what reads them can go.
pub(crate) fn shallow(text: &str) -> Result<(), Refusal> {
    let mut depth = 0_usize;
    for letter in text.bytes() {
        match letter {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(format!(
                "its brackets stand in one another more than {DEEPEST} deep; write it flatter"
            ));
        }
    }
    Ok(())
}

/// Pieces of a text between separators that stand in no bracket.
pub(crate) fn split(text: &str, separator: char) -> Result<Vec<&str>, Refusal> {
    let (mut pieces, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (i, letter) in text.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.checked_sub(1).ok_or("a bracket closes that was not opened")?,
            _ if letter == separator && depth == 0 => {
                pieces.push(text[start..i].trim());
                start = i + letter.len_utf8();
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err("the closing bracket is missing".into());
    }
    pieces.push(text[start..].trim());
    Ok(pieces)
}

/// `key=value` pairs, each taken once; a single value may go without its key.
pub(crate) struct Arguments<'a> {
    pub(crate) pairs: Vec<(&'a str, &'a str)>,
    pub(crate) form: &'a str,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(text: &'a str, form: &'a str) -> Result<Self, Refusal> {
        let (mut pairs, mut known) = (Vec::new(), HashSet::new());
        let texts = split(text, ',')?;
        let texts: Vec<_> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        for pair in &texts {
            let (key, value) = match pair.split_once('=') {
                Some((key, value)) => (key.trim(), value.trim()),
                None if texts.len() == 1 => ("", *pair),
                None => return Err(format!("its arguments have names, as in `{form}`")),
            };
            if !known.insert(key) {
                return Err(format!("`{key}` is given twice"));
            }
            pairs.push((key, value));
        }
        Ok(Self { pairs, form })
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<&'a str> {
        let at = self.pairs.iter().position(|(k, _)| *k == key)?;
        Some(self.pairs.swap_remove(at).1)
    }

    /// The value of the one argument that a form has.
    pub(crate) fn only(&mut self, key: &str) -> Option<&'a str> {
        self.take(key).or_else(|| self.take(""))
    }

    pub(crate) fn missing(&self, key: &str) -> Refusal {
        format!("`{key}` is missing, as in `{}`", self.form)
    }

    /// A number, of whatever type.
    pub(crate) fn number<T: FromStr>(&mut self, key: &str, default: Option<T>) -> Result<T, Refusal> {
        match self.take(key) {
            Some(text) => parsed(key, text),
            None => default.ok_or_else(|| self.missing(key)),
        }
    }

    /// The number that is the one argument.
    pub(crate) fn only_number<T: FromStr>(&mut self, key: &str, default: Option<T>) -> Result<T, Refusal> {
        match self.only(key) {
            Some(text) => parsed(key, text),
            None => default.ok_or_else(|| self.missing(key)),
        }
    }

    pub(crate) fn word<T: Copy>(&mut self, key: &str, list: &[(&str, T)], default: T) -> Result<T, Refusal> {
        let Some(text) = self.take(key) else { return Ok(default) };
        let known = || list.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        list.iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| format!("`{key}={text}` is unknown; known are {}", known()))
    }

    pub(crate) fn finish(self) -> Result<(), Refusal> {
        match self.pairs.first() {
            Some(("", value)) => Err(format!("`{value}` needs a name, as in `{}`", self.form)),
            Some((key, _)) => Err(format!("it has no argument `{key}`: its form is that of `{}`", self.form)),
            None => Ok(()),
        }
    }
}

pub(crate) fn parsed<T: FromStr>(key: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| format!("`{key}={text}` is not a number that it takes"))
}

/// The word of a closed list for a value of it.
pub(crate) fn word<T: PartialEq>(list: &[(&'static str, T)], value: &T) -> &'static str {
    list.iter().find(|(_, v)| v == value).map_or("?", |(word, _)| word)
}

/// The form of a name, or what to say of an unknown one. `elsewhere` are words of other libraries, each with ours.
pub(crate) fn form<'a>(
    name: &str,
    forms: &[(&'a str, &'a str)],
    elsewhere: &[(&'a str, &'a str)],
) -> Result<&'a str, Refusal> {
    let found = forms.iter().find(|(n, _)| *n == name).map(|(_, form)| *form);
    found.ok_or_else(|| suggestion_of(name, forms.iter().map(|(n, _)| *n), elsewhere))
}
