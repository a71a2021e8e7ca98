//! A line of a blueprint: the name of tensors, their shape, and when they are there.

use std::collections::BTreeMap;

use crate::blueprint::expression::Expression;

/// `[name, shape]` or `[name, shape, condition]`.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: Vec<Part>,
    pub(crate) shape: Vec<Expression>,
    pub(crate) condition: Option<Expression>,
}

/// A part of a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Text(String),
    /// A variable of a loop, which stands in braces.
    Variable(String),
}

type Mistake = (String, String);

impl Line {
    pub(crate) fn read(texts: &[String], loops: &BTreeMap<String, Expression>) -> Result<Self, Mistake> {
        let (name, shape, condition) = match texts {
            [name, shape] => (name, shape, None),
            [name, shape, condition] => (name, shape, Some(condition)),
            other => {
                return Err((
                    other.join(", "),
                    "a name, a shape and perhaps a condition are required".into(),
                ));
            }
        };
        let at = |reason: String| (name.clone(), reason);
        Ok(Self {
            name: parts(name, loops).map_err(at)?,
            shape: sides(shape).into_iter().map(str::parse).collect::<Result<_, _>>().map_err(at)?,
            condition: condition.map(|text| text.parse()).transpose().map_err(at)?,
        })
    }

    /// The first variable of the name that does not run yet.
    pub(crate) fn variable(&self, running: &[(&str, i64)]) -> Option<&str> {
        self.name.iter().find_map(|part| match part {
            Part::Variable(name) if !running.iter().any(|(known, _)| known == name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The name, where all its variables run.
    pub(crate) fn name(&self, running: &[(&str, i64)]) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(name) => running
                .iter()
                .find(|(known, _)| known == name)
                .map_or_else(String::new, |(_, i)| i.to_string()),
        };
        self.name.iter().map(text).collect()
    }

    /// The config's keys that it names.
    pub(crate) fn keys(&self, keys: &mut Vec<String>) {
        self.shape.iter().chain(&self.condition).for_each(|expression| expression.keys(keys));
    }
}

/// The texts between commas that stand in no brackets.
fn sides(shape: &str) -> Vec<&str> {
    let mut depth = 0;
    let outside = |letter: char| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    };
    if shape.is_empty() { Vec::new() } else { shape.split(outside).collect() }
}

fn parts(name: &str, loops: &BTreeMap<String, Expression>) -> Result<Vec<Part>, String> {
    let (mut rest, mut parts) = (name, Vec::new());
    while let Some((text, behind)) = rest.split_once('{') {
        let (variable, behind) = behind.split_once('}').ok_or("a `{` has no `}`")?;
        if !loops.contains_key(variable) {
            return Err(format!("`{variable}` is no loop"));
        }
        parts.extend([Part::Text(text.into()), Part::Variable(variable.into())]);
        rest = behind;
    }
    parts.push(Part::Text(rest.into()));
    Ok(parts)
}
