//! One config read by one blueprint.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use candle_init_checkpoint::{Dtype, nearest};
use serde_json::Value as Json;

use crate::blueprint::config::{Config, Known};
use crate::blueprint::expression::{Expression, Scope, Value};
use crate::blueprint::file::{File, Given, Quantity};
use crate::blueprint::line::Line;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// The most tensors of a model: a hundred times what the largest have.
const MOST: usize = if cfg!(fuzzing) { 10_000 } else { 10_000_000 };
/// The most turns of loops and lines looked at: those whose conditions do not hold make no tensor.
const STEPS: i64 = 3 * MOST as i64;
/// The most loops within loops, and the most numbers that are calculated from one another in turn: each takes stack.
const DEEPEST: usize = 16;

/// A config, and what was found in it.
pub(crate) struct Reading<'a> {
    file: &'a File,
    config: Config<'a>,
    dtype: Dtype,
    architecture: &'a str,
    /// Numbers and flags that were asked for; nothing while they are calculated.
    values: RefCell<BTreeMap<String, Option<Value>>>,
    /// The variables of the loops that run.
    running: RefCell<Vec<(&'a str, i64)>>,
    steps: Cell<i64>,
    /// How many numbers wait for others.
    waiting: Cell<usize>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(file: &'a File, config: Config<'a>, dtype: Dtype) -> Result<Self> {
        let architecture = config.architecture().unwrap_or(&file.default_architecture);
        if !file.architectures.iter().any(|known| known == architecture) {
            let required = format!(
                "the blueprint `{}` has {}: name one of these, or give names and shapes by a checkpoint of it (`like`) or a \
                 list (`shapes`)",
                file.family,
                crate::error::listed(&file.architectures)
            );
            return Err(Error::Config {
                what: format!("asks for the architecture `{architecture}`"),
                required,
            });
        }
        Ok(Self {
            file,
            config,
            dtype,
            architecture,
            values: RefCell::default(),
            running: RefCell::default(),
            steps: Cell::default(),
            waiting: Cell::default(),
        })
    }

    /// That every field of the config is known, or is to be ignored.
    pub(crate) fn check_fields(&self, common: &[String], ignored: &[String]) -> Result<()> {
        let known = &self.file.known;
        let is_known = |key: &str| {
            let last = key.rsplit('.').next().unwrap_or(key);
            let below = format!("{key}.");
            if common.iter().any(|known| known == last)
                || ignored.iter().any(|known| known == key)
                || known.contains(key)
            {
                Known::Itself
            } else if known.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below)) {
                Known::Within
            } else {
                Known::Nothing
            }
        };
        let fields = self.config.unknown(&is_known);
        let Some(first) = fields.first() else { return Ok(()) };
        let nearest = nearest(first, known.iter().map(String::as_str)).map(String::from);
        Err(Error::UnknownField { family: self.file.family.clone(), fields, nearest })
    }

    /// The tensors, in the order of the model.
    pub(crate) fn tensors(&self) -> Result<Vec<Tensor>> {
        // Before any loop runs, so that none depends on a variable.
        for name in self.file.quantities.keys() {
            self.value(name).map_err(|reason| self.wrong(name, reason))?;
        }
        let mut tensors = Vec::new();
        self.run(&self.file.lines, &mut tensors)?;
        let Some(prefix) = self.file.bases.get(self.architecture) else { return Ok(tensors) };
        let inside =
            |tensor: Tensor| Some(Tensor { name: tensor.name.strip_prefix(prefix)?.into(), ..tensor });
        Ok(tensors.into_iter().filter_map(inside).collect())
    }

    /// Lines that begin with the same loop run together.
    fn run(&self, lines: &'a [Line], out: &mut Vec<Tensor>) -> Result<()> {
        let mut rest = lines;
        while let Some(line) = rest.first() {
            let Some(variable) = line.variable(&self.running.borrow()) else {
                self.line(line, out)?;
                rest = rest.get(1..).unwrap_or_default();
                continue;
            };
            let is_same = |line: &&Line| line.variable(&self.running.borrow()) == Some(variable);
            let (now, later) = rest.split_at(rest.iter().take_while(is_same).count());
            if self.running.borrow().len() == DEEPEST {
                return Err(
                    self.wrong(variable, format!("loops stand in one another more than {DEEPEST} deep"))
                );
            }
            let count = self.count(variable)?;
            // Before it begins, so that one that would never end need not be waited for.
            self.steps(variable, count)?;
            for i in 0..count {
                self.running.borrow_mut().push((variable, i));
                self.run(now, out)?;
                self.running.borrow_mut().pop();
            }
            rest = later;
        }
        Ok(())
    }

    fn count(&self, variable: &str) -> Result<i64> {
        let Some(count) = self.file.loops.get(variable) else { return Ok(0) };
        count.number(self).map_err(|reason| self.wrong(variable, reason))
    }

    fn steps(&self, at: &str, count: i64) -> Result<()> {
        self.steps.set(self.steps.get().saturating_add(count.max(0)));
        let reason = || format!("its loops and conditions take more than {STEPS} steps, which no model does");
        if self.steps.get() > STEPS { Err(self.wrong(at, reason())) } else { Ok(()) }
    }

    fn line(&self, line: &Line, out: &mut Vec<Tensor>) -> Result<()> {
        let name = line.name(&self.running.borrow());
        self.steps(&name, 1)?;
        let wrong = |reason| self.wrong(&name, reason);
        let there = |condition: &Expression| condition.truth(self);
        if !line.condition.as_ref().map_or(Ok(true), there).map_err(wrong)? {
            return Ok(());
        }
        if out.len() == MOST {
            return Err(self.wrong(&name, format!("more than {MOST} tensors are no model")));
        }
        let side = |side: &Expression| {
            let length = side.number(self)?;
            usize::try_from(length).map_err(|_| format!("a dimension would be {length}"))
        };
        let shape = line.shape.iter().map(side).collect::<Result<_, _>>().map_err(wrong)?;
        let special = self.file.dtypes.iter().find(|(pattern, _)| pattern.matches(&name));
        let dtype = special.map_or(self.dtype, |(_, dtype)| *dtype);
        out.push(Tensor { name, dtype, shape });
        Ok(())
    }

    fn wrong(&self, at: &str, reason: String) -> Error {
        Error::Blueprint { family: self.file.family.clone(), at: at.into(), reason }
    }

    fn calculated(&self, name: &str, quantity: &Quantity) -> Result<Value, String> {
        let lengths = quantity.counts.iter().filter_map(|key| match self.config.get(key)? {
            Json::Array(list) => Some(list.len()),
            Json::Object(map) => Some(map.len()),
            _ => None,
        });
        if let Some(length) = lengths.into_iter().next() {
            return Ok(Value::Number(length as i64));
        }
        for key in &quantity.keys {
            match (self.config.get(key), &quantity.null) {
                (Some(Json::Null), Some(given)) => return self.given(given),
                (None | Some(Json::Null), _) => {}
                (Some(Json::String(auto)), _) if auto == "auto" => {}
                (Some(value), _) => {
                    return plain(value)
                        .ok_or_else(|| format!("`{key}` is {value} in the config, which is no such value"));
                }
            }
        }
        let given = quantity.value.as_ref().or(quantity.default.as_ref());
        let keys = || quantity.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ");
        given.map_or_else(
            || Err(format!("{name} is not known: the config has no {}", keys())),
            |given| self.given(given),
        )
    }

    fn given(&self, given: &Given) -> Result<Value, String> {
        match given {
            Given::Number(number) => Ok(Value::Number(*number)),
            Given::Truth(truth) => Ok(Value::Truth(*truth)),
            Given::Text(text) => text.parse::<Expression>()?.value(self),
        }
    }

    fn element(&self, key: &str, index: i64) -> Result<&'a Json, String> {
        let list = self.config.get(key).and_then(Json::as_array);
        let found = list.and_then(|list| list.get(usize::try_from(index).ok()?));
        found.ok_or_else(|| format!("`{key}` of the config has no element {index}"))
    }
}

fn plain(value: &Json) -> Option<Value> {
    let whole = || {
        value
            .as_f64()
            .filter(|number| number.fract() == 0.0 && number.abs() < 9e15)
            .map(|number| number as i64)
    };
    value.as_bool().map(Value::Truth).or_else(|| value.as_i64().or_else(whole).map(Value::Number))
}

impl Scope for Reading<'_> {
    fn value(&self, name: &str) -> Result<Value, String> {
        if let Some((_, i)) = self.running.borrow().iter().find(|(known, _)| *known == name) {
            return Ok(Value::Number(*i));
        }
        if let Some(known) = self.values.borrow().get(name) {
            return known.clone().ok_or_else(|| format!("{name} is defined by itself"));
        }
        let quantity = self
            .file
            .quantities
            .get(name)
            .ok_or_else(|| format!("`{name}` is neither a number nor a flag"))?;
        self.values.borrow_mut().insert(name.into(), None);
        let waiting = self.waiting.replace(self.waiting.get() + 1);
        if waiting == DEEPEST {
            return Err(format!("numbers are calculated from one another more than {DEEPEST} deep"));
        }
        let value = self.calculated(name, quantity);
        self.waiting.set(waiting);
        self.values.borrow_mut().insert(name.into(), value.clone().ok());
        value
    }

    fn is(&self, key: &str, index: Option<i64>, text: &str) -> Result<bool, String> {
        Ok(match index {
            None => self.config.text(key) == Some(text),
            Some(index) => self.element(key, index)?.as_str() == Some(text),
        })
    }

    fn equals(&self, key: &str, number: i64) -> bool {
        self.config.get(key).and_then(Json::as_f64) == Some(number as f64)
    }

    fn holds(&self, key: &str, number: i64) -> Result<bool, String> {
        let list = self.config.get(key).and_then(Json::as_array);
        Ok(list.is_some_and(|list| list.iter().any(|element| element.as_i64() == Some(number))))
    }

    fn at(&self, key: &str, index: i64) -> Result<i64, String> {
        let element = self.element(key, index)?;
        element
            .as_i64()
            .ok_or_else(|| format!("element {index} of `{key}` is {element}, which is no integer"))
    }

    fn has(&self, key: &str) -> bool {
        self.config.get(key).is_some_and(|value| !value.is_null())
    }

    fn is_architecture(&self, name: &str) -> bool {
        self.architecture == name
    }
}

#[cfg(test)]
mod tests {
    use crate::Blueprint;

    /// What is said of a blueprint with these lines, on half of a thread's usual stack.
    fn said(lines: String) -> String {
        let toml = format!(
            "family = \"x\"\nmodel_types = []\nsource = \"\"\narchitectures = [\"A\"]\ndefault_architecture = \"A\"\n{lines}"
        );
        let read = move || Blueprint::parse(&toml, "{}").and_then(|blueprint| blueprint.tensors());
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(read).unwrap();
        thread.join().unwrap().err().map_or_else(|| "it was read".into(), |error| error.to_string())
    }

    /// Loops that make nothing end as well: before they begin, or when all together have run too long.
    #[test]
    fn loops_end() {
        let nothing = "[\"{i}.{j}\", \"1\", \"1 == 2\"]";
        for (i, j, line) in [
            (i64::MAX, 0, "[\"{i}\", \"1\", \"1 == 2\"]"),
            (i64::MAX, 0, "[\"{i}.{j}\", \"1\"]"),
            (2, i64::MAX, nothing),
            (4_000, 10_000, nothing),
        ] {
            let said = said(format!("loops.i = \"{i}\"\nloops.j = \"{j}\"\ntensors = [{line}]\n"));
            assert!(said.contains("more than 30000000 steps, which no model does"), "{said}");
        }
    }

    #[test]
    fn loops_and_numbers_have_a_depth() {
        let loops = |depth: usize| {
            let loops: String = (0..depth).map(|i| format!("loops.a{i} = \"1\"\n")).collect();
            let name: String = (0..depth).map(|i| format!("{{a{i}}}")).collect();
            said(format!("{loops}tensors = [[\"{name}\", \"1\"]]\n"))
        };
        let numbers = |depth: usize| {
            let one = |i: usize| format!("numbers.a{i:06} = {{ value = \"a{:06}\" }}\n", i + 1);
            let numbers: String = (1..depth).map(one).collect();
            said(format!(
                "{numbers}numbers.a{depth:06} = {{ value = 1 }}\ntensors = [[\"w\", \"a000001\"]]\n"
            ))
        };
        assert_eq!((loops(16), numbers(16)), ("it was read".into(), "it was read".into()));
        for depth in [17, 5_000] {
            assert!(loops(depth).contains("stand in one another more than 16 deep"), "{}", loops(depth));
            assert!(numbers(depth).contains("from one another more than 16 deep"), "{}", numbers(depth));
        }
    }
}
