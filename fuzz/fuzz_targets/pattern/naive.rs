//! Globs, once more and plainly: the positions of a name that a pattern can have reached.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

enum Token {
    Literal(char),
    Letter,
    Text,
    /// Whether it is turned round, and its ranges.
    Set(bool, Vec<(char, char)>),
    Either(Vec<Vec<Token>>),
}

/// Whether a glob matches a name; `None` for what this matcher has no opinion on: what is no glob, and sets with a `-` that
/// stands between no two letters.
pub fn matches(pattern: &str, name: &str) -> Option<bool> {
    let mut letters = pattern.chars().peekable();
    let tokens = sequence(&mut letters, 0)?;
    let name: Vec<char> = name.chars().collect();
    letters.next().is_none().then(|| reached(&tokens, &name, BTreeSet::from([0])).contains(&name.len()))
}

fn sequence(letters: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    while let Some(&letter) = letters.peek() {
        if depth > 0 && matches!(letter, ',' | '}') {
            break;
        }
        letters.next();
        tokens.push(match letter {
            '*' => Token::Text,
            '?' => Token::Letter,
            '[' => set(letters)?,
            '{' => either(letters, depth + 1)?,
            '}' => return None,
            '\\' => Token::Literal(letters.next()?),
            other => Token::Literal(other),
        });
    }
    Some(tokens)
}

fn either(letters: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Token> {
    let mut branches = Vec::new();
    loop {
        branches.push(sequence(letters, depth)?);
        match letters.next()? {
            ',' => {}
            _ => return Some(Token::Either(branches)),
        }
    }
}

fn set(letters: &mut Peekable<Chars<'_>>) -> Option<Token> {
    let turned = letters.next_if(|letter| matches!(letter, '!' | '^')).is_some();
    let mut ranges = Vec::new();
    loop {
        let first = letters.next()?;
        match first {
            ']' if !ranges.is_empty() => return Some(Token::Set(turned, ranges)),
            '-' => return None,
            _ => {}
        }
        let last = match letters.next_if_eq(&'-') {
            None => first,
            Some(_) => letters.next().filter(|last| !matches!(last, ']' | '-'))?,
        };
        ranges.push((first, last));
    }
}

fn reached(tokens: &[Token], name: &[char], from: BTreeSet<usize>) -> BTreeSet<usize> {
    tokens.iter().fold(from, |from, token| match token {
        Token::Text => from.first().map_or_else(BTreeSet::new, |&first| (first..=name.len()).collect()),
        Token::Either(branches) => {
            branches.iter().flat_map(|branch| reached(branch, name, from.clone())).collect()
        }
        one => from
            .into_iter()
            .filter(|&at| name.get(at).is_some_and(|&l| is_in(one, l)))
            .map(|at| at + 1)
            .collect(),
    })
}

fn is_in(token: &Token, letter: char) -> bool {
    match token {
        Token::Literal(due) => letter == *due,
        Token::Set(turned, ranges) => ranges.iter().any(|(a, b)| (*a..=*b).contains(&letter)) != *turned,
        _ => true,
    }
}
