//! A new name with wildcards, which take what those of a glob matched.

use crate::glob::Wildcard;

/// The right side of a renaming.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Copy, Debug)]
enum Part {
    Letter(char),
    Wildcard(Wildcard),
}

impl Template {
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, &'static str> {
        let (mut parts, mut letters) = (Vec::new(), text.chars());
        while let Some(letter) = letters.next() {
            parts.push(match letter {
                '*' => Part::Wildcard(Wildcard::Text),
                '?' => Part::Wildcard(Wildcard::Letter),
                '[' | ']' | '{' | '}' => {
                    return Err(
                        "a new name has only `*` and `?` for what the old one's matched; put `\\` before a \
                                bracket that stands for itself",
                    );
                }
                '\\' => Part::Letter(letters.next().ok_or("a `\\` stands at the end")?),
                other => Part::Letter(other),
            });
        }
        Ok(Self(parts))
    }

    /// Its wildcards, in order.
    pub(crate) fn wildcards(&self) -> Vec<Wildcard> {
        let wildcard = |part: &Part| if let Part::Wildcard(wildcard) = part { Some(*wildcard) } else { None };
        self.0.iter().filter_map(wildcard).collect()
    }

    /// The name, with each wildcard the text of its like among these, in order.
    pub(crate) fn filled(&self, wildcards: &[Wildcard], texts: &[&str]) -> String {
        let of = |kind| {
            wildcards.iter().zip(texts).filter(move |(other, _)| **other == kind).map(|(_, text)| *text)
        };
        let (mut long, mut short) = (of(Wildcard::Text), of(Wildcard::Letter));
        let mut name = String::new();
        for part in &self.0 {
            match part {
                Part::Letter(letter) => name.push(*letter),
                Part::Wildcard(Wildcard::Text) => name.extend(long.next()),
                Part::Wildcard(Wildcard::Letter) => name.extend(short.next()),
            }
        }
        name
    }
}

/// How many `*` and how many `?`.
pub(crate) fn counts(wildcards: &[Wildcard]) -> [usize; 2] {
    [Wildcard::Text, Wildcard::Letter].map(|kind| wildcards.iter().filter(|other| **other == kind).count())
}
