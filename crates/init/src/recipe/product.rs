//! A product of powers of numbers: `std * 2^-0.5 * layers^-0.5`.

use std::str::FromStr;

use crate::error::Result;

/// Factors, each a number or its name with an exponent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Product(Vec<Factor>);

#[derive(Clone, Debug, PartialEq)]
struct Factor {
    base: Base,
    exponent: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Base {
    Number(f64),
    Name(String),
}

impl Product {
    /// The names in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter_map(|factor| if let Base::Name(name) = &factor.base { Some(name.as_str()) } else { None })
    }

    /// Its value, if all its names have one. Bases of one exponent are multiplied first, so that of `2^-0.5 * 8^-0.5`
    /// exactly 1/4 is left.
    pub(crate) fn value(&self, of: &mut dyn FnMut(&str) -> Result<Option<f64>>) -> Result<Option<f64>> {
        let mut powers: Vec<(f64, f64)> = Vec::new();
        for Factor { base, exponent } in &self.0 {
            let base = match base {
                Base::Number(number) => *number,
                Base::Name(name) => match of(name)? {
                    Some(value) => value,
                    None => return Ok(None),
                },
            };
            match powers.iter_mut().find(|(known, _)| known == exponent) {
                Some((_, product)) => *product *= base,
                None => powers.push((*exponent, base)),
            }
        }
        Ok(Some(powers.into_iter().map(|(exponent, base)| power(base, exponent)).product()))
    }
}

/// From `libm`, so that every platform has the same bits; roots, which are most, rounded once.
fn power(base: f64, exponent: f64) -> f64 {
    match exponent {
        1.0 => base,
        0.5 => base.sqrt(),
        -0.5 => 1.0 / base.sqrt(),
        other => libm::pow(base, other),
    }
}

const FORM: &str = "write a product of powers, such as `std * 2^-0.5 * layers^-0.5`";

impl FromStr for Product {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split('*').map(factor).collect::<Result<_, _>>().map(Self)
    }
}

fn factor(text: &str) -> Result<Factor, String> {
    let (base, exponent) = text.split_once('^').unwrap_or((text, "1"));
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let exponent =
        number(exponent).ok_or_else(|| format!("`{text}` has no number as its exponent: {FORM}"))?;
    let base = base.trim();
    if let Some(number) = number(base) {
        return Ok(Factor { base: Base::Number(number), exponent });
    }
    let is_name = base.starts_with(|c: char| c.is_ascii_alphabetic())
        && base.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(format!("`{base}` is neither a number nor the name of one: {FORM}"));
    }
    Ok(Factor { base: Base::Name(base.into()), exponent })
}
