//! Expressions of integers and conditions: `hidden // heads`, `layer >= dense and not tied`.

use std::iter::Peekable;
use std::str::FromStr;
use std::vec::IntoIter;

use crate::blueprint::token::{Token, tokens};

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(i64),
    Truth(bool),
}

/// What names and functions stand for.
pub(crate) trait Scope {
    /// A number or a flag.
    fn value(&self, name: &str) -> Result<Value, String>;
    /// Whether the element at an index of a list, or without an index the value itself, is a text.
    fn is(&self, key: &str, index: Option<i64>, text: &str) -> Result<bool, String>;
    /// Whether the value is this number.
    fn equals(&self, key: &str, number: i64) -> bool;
    /// Whether a list of integers holds a number.
    fn holds(&self, key: &str, number: i64) -> Result<bool, String>;
    /// The integer at an index of a list.
    fn at(&self, key: &str, index: i64) -> Result<i64, String>;
    /// Whether the config has a value there.
    fn has(&self, key: &str) -> bool;
    /// Whether the model is of this class.
    fn is_architecture(&self, name: &str) -> bool;
}

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Number(i64),
    Name(String),
    Not(Box<Expression>),
    Binary(Sign, Box<Expression>, Box<Expression>),
    Function(String, Vec<Argument>),
}

/// What a function is given: keys and texts are no values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Argument {
    Text(String),
    Value(Expression),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sign {
    Or,
    And,
    Equal,
    Differs,
    Less,
    AtMost,
    More,
    AtLeast,
    Plus,
    Minus,
    Times,
    /// Exact, or an error.
    Divided,
    /// Rounded down.
    Floored,
    Rest,
}

/// Each operator with how tightly it binds.
const OPERATORS: [(&str, Sign, u8); 14] = [
    ("or", Sign::Or, 1),
    ("and", Sign::And, 2),
    ("==", Sign::Equal, 3),
    ("!=", Sign::Differs, 3),
    ("<=", Sign::AtMost, 3),
    ("<", Sign::Less, 3),
    (">=", Sign::AtLeast, 3),
    (">", Sign::More, 3),
    ("+", Sign::Plus, 4),
    ("-", Sign::Minus, 4),
    ("*", Sign::Times, 5),
    ("//", Sign::Floored, 5),
    ("/", Sign::Divided, 5),
    ("%", Sign::Rest, 5),
];

/// How long the text of an expression may be: a chain of operators is as deep as it is long.
const LONGEST: usize = 2_000;

/// How deep an expression may nest.
const DEPTH: usize = 64;

impl FromStr for Expression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it is {} bytes long, and {LONGEST} is the most", text.len()));
        }
        let mut reader = Reader { tokens: tokens(text)?.into_iter().peekable() };
        let expression = reader.binary(0, DEPTH)?;
        match reader.tokens.next() {
            None => Ok(expression),
            Some(token) => Err(format!("{token:?} is one word too many")),
        }
    }
}

struct Reader {
    tokens: Peekable<IntoIter<Token>>,
}

impl Reader {
    fn binary(&mut self, binding: u8, depth: usize) -> Result<Expression, String> {
        let deeper = depth.checked_sub(1).ok_or("it nests too deep")?;
        let mut left = self.unary(deeper)?;
        while let Some((sign, tighter)) = self.operator(binding) {
            let right = self.binary(tighter, deeper)?;
            left = Expression::Binary(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    /// The next operator, if it binds more tightly.
    fn operator(&mut self, binding: u8) -> Option<(Sign, u8)> {
        let text = match self.tokens.peek()? {
            Token::Sign(sign) => *sign,
            Token::Name(name) => name.as_str(),
            _ => return None,
        };
        let (_, sign, tight) = OPERATORS.into_iter().find(|(known, _, _)| *known == text)?;
        (tight > binding).then(|| self.tokens.next().map(|_| (sign, tight)))?
    }

    fn unary(&mut self, depth: usize) -> Result<Expression, String> {
        match self.tokens.next() {
            Some(Token::Number(number)) => Ok(Expression::Number(number)),
            // Looser than comparisons, as people read it.
            Some(Token::Name(name)) if name == "not" => {
                self.binary(2, depth).map(|e| Expression::Not(Box::new(e)))
            }
            Some(Token::Sign("!")) => self.unary(depth).map(|e| Expression::Not(Box::new(e))),
            Some(Token::Sign("-")) => {
                let right = self.unary(depth)?;
                Ok(Expression::Binary(Sign::Minus, Box::new(Expression::Number(0)), Box::new(right)))
            }
            Some(Token::Sign("(")) => {
                let inside = self.binary(0, depth)?;
                self.sign(")").map(|()| inside)
            }
            Some(Token::Name(name)) if self.tokens.peek() == Some(&Token::Sign("(")) => {
                self.function(name, depth)
            }
            Some(Token::Name(name)) => Ok(Expression::Name(name)),
            Some(token) => Err(format!("a number or a name is required, and {token:?} stands there")),
            None => Err("it ends too early".into()),
        }
    }

    fn function(&mut self, name: String, depth: usize) -> Result<Expression, String> {
        self.sign("(")?;
        let mut arguments = Vec::new();
        loop {
            arguments.push(match self.tokens.peek() {
                Some(Token::Text(text)) => {
                    let text = text.clone();
                    self.tokens.next();
                    Argument::Text(text)
                }
                _ => Argument::Value(self.binary(0, depth)?),
            });
            match self.tokens.next() {
                Some(Token::Sign(",")) => {}
                Some(Token::Sign(")")) => return Ok(Expression::Function(name, arguments)),
                _ => return Err(format!("the arguments of `{name}` do not end with `)`")),
            }
        }
    }

    fn sign(&mut self, sign: &str) -> Result<(), String> {
        match self.tokens.next() {
            Some(Token::Sign(found)) if found == sign => Ok(()),
            _ => Err(format!("`{sign}` is missing")),
        }
    }
}

impl Expression {
    /// Its value.
    pub(crate) fn value(&self, scope: &dyn Scope) -> Result<Value, String> {
        match self {
            Self::Number(number) => Ok(Value::Number(*number)),
            Self::Name(name) => scope.value(name),
            Self::Not(inside) => Ok(Value::Truth(!inside.truth(scope)?)),
            Self::Binary(Sign::And, left, right) => {
                Ok(Value::Truth(left.truth(scope)? && right.truth(scope)?))
            }
            Self::Binary(Sign::Or, left, right) => {
                Ok(Value::Truth(left.truth(scope)? || right.truth(scope)?))
            }
            Self::Binary(sign, left, right) => calculated(*sign, left.number(scope)?, right.number(scope)?),
            Self::Function(name, arguments) => called(name, arguments, scope),
        }
    }

    /// It as a number.
    pub(crate) fn number(&self, scope: &dyn Scope) -> Result<i64, String> {
        match self.value(scope)? {
            Value::Number(number) => Ok(number),
            // `heads * flag` counts what is there or not.
            Value::Truth(truth) => Ok(truth.into()),
        }
    }

    /// It as a condition.
    pub(crate) fn truth(&self, scope: &dyn Scope) -> Result<bool, String> {
        match self.value(scope)? {
            Value::Truth(truth) => Ok(truth),
            Value::Number(number) => Err(format!("{number} is no condition: compare it")),
        }
    }

    /// The config's keys that its functions name.
    pub(crate) fn keys(&self, keys: &mut Vec<String>) {
        match self {
            Self::Number(_) | Self::Name(_) => {}
            Self::Not(inside) => inside.keys(keys),
            Self::Binary(_, left, right) => [left, right].iter().for_each(|side| side.keys(keys)),
            Self::Function(_, arguments) => {
                if let Some(Argument::Value(Self::Name(key))) = arguments.first() {
                    keys.push(key.clone());
                }
            }
        }
    }
}

fn calculated(sign: Sign, left: i64, right: i64) -> Result<Value, String> {
    let number = match sign {
        Sign::Equal => return Ok(Value::Truth(left == right)),
        Sign::Differs => return Ok(Value::Truth(left != right)),
        Sign::Less => return Ok(Value::Truth(left < right)),
        Sign::AtMost => return Ok(Value::Truth(left <= right)),
        Sign::More => return Ok(Value::Truth(left > right)),
        Sign::AtLeast => return Ok(Value::Truth(left >= right)),
        Sign::Plus => left.checked_add(right),
        Sign::Minus => left.checked_sub(right),
        Sign::Times => left.checked_mul(right),
        Sign::Floored => left.checked_div_euclid(right),
        Sign::Rest => left.checked_rem_euclid(right),
        Sign::Divided if left.checked_rem(right) == Some(0) => left.checked_div(right),
        Sign::Divided => return Err(format!("{left} is no multiple of {right}")),
        Sign::And | Sign::Or => None,
    };
    number.map(Value::Number).ok_or_else(|| format!("{left} and {right} give no number that can be counted"))
}

fn called(name: &str, arguments: &[Argument], scope: &dyn Scope) -> Result<Value, String> {
    use Argument::{Text, Value as Given};
    match (name, arguments) {
        ("is", [Given(Expression::Name(key)), Text(text)]) => scope.is(key, None, text).map(Value::Truth),
        ("is", [Given(Expression::Name(key)), Given(number)]) => {
            Ok(Value::Truth(scope.equals(key, number.number(scope)?)))
        }
        ("at_is", [Given(Expression::Name(key)), Given(index), Text(text)]) => {
            scope.is(key, Some(index.number(scope)?), text).map(Value::Truth)
        }
        ("in", [Given(Expression::Name(key)), Given(number)]) => {
            scope.holds(key, number.number(scope)?).map(Value::Truth)
        }
        ("at", [Given(Expression::Name(key)), Given(index)]) => {
            scope.at(key, index.number(scope)?).map(Value::Number)
        }
        ("has", [Given(Expression::Name(key))]) => Ok(Value::Truth(scope.has(key))),
        ("is_architecture", [Text(name)]) => Ok(Value::Truth(scope.is_architecture(name))),
        _ => Err(format!(
            "`{name}` with {} arguments is no function: is(key, 'text'), is(key, number), at_is(key, index, 'text'), in(key, number), \
             at(key, index), has(key) and is_architecture('Name') are",
            arguments.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Test;

    impl Scope for Test {
        fn value(&self, name: &str) -> Result<Value, String> {
            match name {
                "a" => Ok(Value::Number(12)),
                "b" => Ok(Value::Number(5)),
                "yes" => Ok(Value::Truth(true)),
                other => Err(format!("no {other}")),
            }
        }
        fn is(&self, key: &str, index: Option<i64>, text: &str) -> Result<bool, String> {
            Ok((key, index, text) == ("x.y", Some(17), "z"))
        }
        fn equals(&self, _: &str, number: i64) -> bool {
            number == 0
        }
        fn holds(&self, _: &str, number: i64) -> Result<bool, String> {
            Ok(number == 3)
        }
        fn at(&self, _: &str, index: i64) -> Result<i64, String> {
            Ok(index * 10)
        }
        fn has(&self, key: &str) -> bool {
            key == "x.y"
        }
        fn is_architecture(&self, name: &str) -> bool {
            name == "Net"
        }
    }

    fn value(text: &str) -> Result<Value, String> {
        text.parse::<Expression>()?.value(&Test)
    }

    #[test]
    fn numbers_are_calculated_as_they_are_read() {
        for (text, expected) in [
            ("a - b - 2", 5),
            ("2 + a * b", 62),
            ("(2 + a) * b", 70),
            ("a / 4 * 3", 9),
            ("a // b", 2),
            ("a % b + 1", 3),
            ("-a + 1", -11),
            ("at(sizes, b - 2) + yes", 31),
        ] {
            assert_eq!(value(text), Ok(Value::Number(expected)), "{text}");
        }
    }

    #[test]
    fn conditions_bind_as_they_are_read() {
        for (text, expected) in [
            ("a > b and not yes or b == 5", true),
            ("not a > b", false),
            ("!yes or yes", true),
            ("at_is(x.y, a + b, 'z') and in(list, 3)", true),
            ("is_architecture(\"Net\")", true),
            ("a >= 12 and b <= 4", false),
            // What is decided is not asked further.
            ("yes or nobody", true),
            ("is(scale, 0) and not is(scale, 1)", true),
        ] {
            assert_eq!(value(text), Ok(Value::Truth(expected)), "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for text in [
            "",
            "a +",
            "(a",
            "a b",
            "a / b",
            "a // 0",
            "a % 0",
            "f(a)",
            "a and yes",
            "'text'",
            "a # b",
            "é",
            "99999999999999999999",
        ] {
            assert!(value(text).is_err(), "{text}");
        }
        assert!(value(&"(".repeat(100_000)).is_err() && value(&"-".repeat(1_000)).is_err());
        assert!(value(&"1+".repeat(100_000)).is_err());
        assert!(value("9223372036854775807 + 1").is_err());
    }
}
