//! The numbers of a recipe for one config.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use crate::error::Result;
use crate::recipe::condition::{Condition, Flag};
use crate::recipe::config::{Config, refuse};
use crate::recipe::number::{Number, Said, Standard};
use crate::recipe::product::Product;

/// Numbers and flags by name, and the config that they are read from.
pub(crate) struct Numbers<'a> {
    pub(crate) family: &'a str,
    pub(crate) numbers: &'a BTreeMap<String, Number>,
    pub(crate) flags: &'a BTreeMap<String, Flag>,
    pub(crate) config: &'a Config,
    /// Those that are known by now: a product may name one many times, and that one another.
    pub(crate) known: RefCell<HashMap<String, Option<f64>>>,
}

/// How many numbers may stand for one another in turn: more is a circle.
const TURNS: usize = 8;

impl Numbers<'_> {
    /// A number; `None` for one that may be left out and is.
    pub(crate) fn value(&self, name: &str) -> Result<Option<f64>> {
        self.turn(name, TURNS)
    }

    fn turn(&self, name: &str, turns: usize) -> Result<Option<f64>> {
        if let Some(value) = self.known.borrow().get(name) {
            return Ok(*value);
        }
        let value = self.decided(name, turns)?;
        self.known.borrow_mut().insert(name.into(), value);
        Ok(value)
    }

    fn decided(&self, name: &str, turns: usize) -> Result<Option<f64>> {
        let Some(number) = self.numbers.get(name).filter(|_| turns > 0) else {
            return Err(refuse(
                format!("does not decide `{name}`"),
                "a number that depends on no circle is required",
            ));
        };
        let value = match (number.said(self.config)?, &number.default) {
            (Said::Number(value), _) => value + number.plus,
            (Said::None, _) if number.optional => return Ok(None),
            (_, Some(Standard::Number(value))) => *value,
            (_, Some(Standard::Product(text))) => {
                let product: Product =
                    text.parse().map_err(|reason: String| refuse(format!("lacks `{name}`"), reason))?;
                match product.value(&mut |other| self.turn(other, turns - 1))? {
                    Some(value) => value,
                    None => return Ok(None),
                }
            }
            (_, None) if number.optional => return Ok(None),
            (_, None) => return Err(self.missing(number)),
        };
        let rows = number.below.as_ref().map_or(Ok(None), |rows| self.turn(rows, turns - 1))?;
        checked(number, value, rows).map(Some)
    }

    fn missing(&self, number: &Number) -> crate::error::Error {
        let required = format!(
            "the recipe `{}` needs {}; give it the model's config by `Recipe::from_config` or `Recipe::configured`",
            self.family,
            number.spelt()
        );
        refuse("lacks a number".into(), required)
    }

    pub(crate) fn holds(&self, condition: &Condition) -> Result<bool> {
        let flag = self.flags.get(&condition.flag).map_or(Ok(false), |flag| flag.value(self.config))?;
        Ok(flag == condition.holds)
    }
}

/// A number that is finite and, where it is a row, one of the rows: PyTorch counts a negative one from the end.
fn checked(number: &Number, value: f64, rows: Option<f64>) -> Result<f64> {
    if !value.is_finite() {
        return Err(refuse(format!("makes {} {value}", number.spelt()), "a finite number is required"));
    }
    match rows {
        Some(rows) if value >= rows || value < -rows => {
            let what = format!("contradicts itself: {} is {value} of {rows} rows", number.spelt());
            Err(refuse(what, "a row that the table has is required, or null"))
        }
        Some(rows) if value < 0.0 => Ok(value + rows),
        _ => Ok(value),
    }
}
