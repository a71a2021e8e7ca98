//! Recipes against what they are recipes of: `tests/data/recipes.json` has what transformers, timm and diffusers give the
//! parameters of small models, by `scripts/recipe-goldens`, under the names and with the config that it saves.

use std::collections::BTreeMap;
use std::error::Error;

use acceptance::values::values;
use candle_core::{DType, Device, Result as CandleResult, Tensor};
use candle_init::{Initializer, Reason, Recipe, named_vars};
use candle_nn::{Init as Hint, VarBuilder, VarMap};
use serde::Deserialize;
use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

#[derive(Deserialize)]
struct Goldens {
    families: BTreeMap<String, Golden>,
}

#[derive(Deserialize)]
struct Golden {
    config: Value,
    parameters: BTreeMap<String, Vec<Value>>,
}

/// What is known of a parameter's values.
#[derive(Debug)]
struct Shown {
    mean: f64,
    std: f64,
    kurtosis: f64,
    zero_rows: Vec<usize>,
}

fn goldens() -> Result<BTreeMap<String, Golden>, serde_json::Error> {
    serde_json::from_str::<Goldens>(include_str!("../../../data/recipes.json"))
        .map(|goldens| goldens.families)
}

fn shape(row: &[Value]) -> Vec<usize> {
    serde_json::from_value(row[0].clone()).unwrap_or_default()
}

fn number(row: &[Value], at: usize) -> f64 {
    row.get(at).and_then(Value::as_f64).unwrap_or(0.0)
}

impl Golden {
    fn init(&self) -> candle_init::Result<Initializer> {
        Ok(Initializer::new(7).recipe(Recipe::from_config(&self.config.to_string())?))
    }

    /// Asks for all parameters, without a hint but that of a batch norm's statistics.
    fn model(&self, vb: &VarBuilder<'static>) -> CandleResult<Vec<Tensor>> {
        let hint = |name: &str| Hint::Const(if name.ends_with("running_var") { 1.0 } else { 0.0 });
        self.parameters.iter().map(|(name, row)| vb.get_with_hints(shape(row), name, hint(name))).collect()
    }

    /// A line for each parameter that differs.
    fn differences(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let (init, vars) = (self.init()?, VarMap::new());
        init.build(&vars, DType::F32, &Device::Cpu, |vb| self.model(&vb))?;
        let report = init.report(&vars)?;
        let by_recipe = |reason: &Reason| matches!(reason, Reason::Recipe { .. } | Reason::RunningStatistic);
        let strange = report.records().iter().filter(|record| !by_recipe(&record.reason));
        let mut lines: Vec<_> =
            strange.map(|record| format!("{} by {}", record.name, record.reason)).collect();
        for (name, var) in named_vars(&vars) {
            let row = &self.parameters[&name];
            lines.extend(difference(row, &values(&var)?, var.dims()).map(|line| format!("{name}: {line}")));
        }
        Ok(lines)
    }
}

fn shown(x: &[f64], dims: &[usize]) -> Shown {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let central = |power: i32| x.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    let (var, fourth) = (central(2), central(4));
    let rows = if let &[_, columns] = dims { x.chunks(columns) } else { x[..0].chunks(1) };
    let zero_rows = rows.enumerate().filter(|(_, row)| row.iter().all(|x| *x == 0.0)).map(|(i, _)| i);
    Shown { mean, std: var.sqrt(), kurtosis: fourth / (var * var), zero_rows: zero_rows.collect() }
}

/// Standard errors at which two samples differ: of ten thousand comparisons one of 10⁹ runs is wrong.
const SIGMAS: f64 = 7.8;

/// What differs beyond the sampling errors of both, or of numbers beyond rounding.
fn difference(row: &[Value], x: &[f64], dims: &[usize]) -> Option<String> {
    if row.len() == 2 {
        let due = number(row, 1);
        let off = x.iter().find(|x| (*x - due).abs() > 1e-6 * due.abs())?;
        return Some(format!("{off} is due to be {due}"));
    }
    if let Some(Value::Object(places)) = row.get(7) {
        let mut wrong = places.iter().filter_map(|(place, due)| {
            let (place, due): (usize, f64) = (place.parse().ok()?, due.as_f64()?);
            // transformers computes in f32, angles of positions too.
            ((x[place] - due).abs() > 2e-5 * due.abs().max(1.0))
                .then(|| format!("[{place}] is {}, not {due}", x[place]))
        });
        return wrong.next();
    }
    let due = Shown {
        mean: number(row, 1),
        std: number(row, 2),
        kurtosis: number(row, 3),
        zero_rows: serde_json::from_value(row[6].clone()).ok()?,
    };
    let ours = shown(x, dims);
    (!alike(&due, &ours, x.len() as f64)).then(|| format!("due {due:?}, is {ours:?}"))
}

fn alike(due: &Shown, ours: &Shown, n: f64) -> bool {
    if due.zero_rows != ours.zero_rows || ours.std == 0.0 {
        return false;
    }
    // Of so few numbers no moment is normal: only the scale is compared.
    if n < 64.0 {
        return (due.std / ours.std).ln().abs() < 2.5;
    }
    let twice = SIGMAS * (2.0 / n).sqrt();
    let mean = (due.mean - ours.mean).abs() < twice * due.std.max(ours.std);
    let spread = ((due.kurtosis.max(ours.kurtosis) - 1.0) / 4.0).sqrt();
    let std = (due.std / ours.std).ln().abs() < twice * spread + 1e-3;
    // The error of a normal's kurtosis, which of flatter ones is smaller, and of their likeness at small n unknown.
    let kurtosis = n < 1000.0 || (due.kurtosis - ours.kurtosis).abs() < twice * 24_f64.sqrt();
    mean && std && kurtosis
}

#[test]
fn recipes_give_what_the_authors_give() -> Outcome {
    let (mut lines, mut compared) = (Vec::new(), 0);
    for (family, golden) in goldens()? {
        compared += golden.parameters.len();
        let found = golden.differences().unwrap_or_else(|error| vec![error.to_string()]);
        lines.extend(found.into_iter().map(|line| format!("{family}: {line}")));
    }
    println!("{compared} parameters");
    assert!(compared > 1000, "{compared}");
    assert!(lines.is_empty(), "{} differ\n{}", lines.len(), lines.join("\n"));
    Ok(())
}
