//! The words of an expression.

/// A word, and a number, name, text or sign at that.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(i64),
    /// A name, a key with dots, or a word such as `and`.
    Name(String),
    Text(String),
    Sign(&'static str),
}

/// Longer signs first, so that `//` is not read as two.
const SIGNS: [&str; 16] =
    ["//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",", "!"];

/// The words of a text.
///
/// # Errors
/// The rest of the text that is none.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let (mut rest, mut tokens) = (text.trim_start(), Vec::new());
    while !rest.is_empty() {
        let (token, length) = token(rest).ok_or_else(|| format!("`{rest}` cannot be read"))?;
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

fn token(text: &str) -> Option<(Token, usize)> {
    let length = |of: fn(char) -> bool| text.find(|c| !of(c)).unwrap_or(text.len());
    let first = text.chars().next()?;
    if first.is_ascii_digit() {
        let length = length(|c| c.is_ascii_digit());
        return Some((Token::Number(text.get(..length)?.parse().ok()?), length));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let length = length(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        return Some((Token::Name(text.get(..length)?.into()), length));
    }
    if matches!(first, '\'' | '"') {
        let inside = text.get(1..)?;
        let end = inside.find(first)?;
        return Some((Token::Text(inside.get(..end)?.into()), end + 2));
    }
    let sign = SIGNS.into_iter().find(|sign| text.starts_with(sign))?;
    Some((Token::Sign(sign), sign.len()))
}
