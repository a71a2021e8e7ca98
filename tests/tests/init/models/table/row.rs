//! What is found of one model.

use std::collections::HashSet;

use acceptance::pasted::{message, pasted};
use acceptance::values::values;
use candle_core::{D, DType, Device, Tensor};
use candle_init::{Error, Initializer, Plan, Reason, Recipe, Uncovered};
use candle_nn::VarMap;

use super::entry::Entry;

/// A row of the table.
pub(super) struct Row {
    pub(super) name: &'static str,
    parameters: Option<usize>,
    /// What covers the parameters, or what is wrong.
    pub(super) covered: Result<String, String>,
    pub(super) built: String,
    pub(super) pass: String,
    /// The first loss and ln V.
    pub(super) loss: Option<[f64; 2]>,
}

impl Row {
    pub(super) fn of(entry: &Entry) -> Self {
        let none = || "–".to_string();
        let mut row = Self {
            name: entry.name,
            parameters: None,
            covered: Ok(none()),
            built: none(),
            pass: none(),
            loss: None,
        };
        match covered(entry) {
            Ok((init, parameters, by)) => {
                (row.parameters, row.covered) = (Some(parameters), Ok(by));
                if entry.large {
                    row.built = "full size: planned only".into();
                } else {
                    row.build(entry, &init);
                }
            }
            Err(error) => row.covered = Err(first_line(&error.to_string())),
        }
        row
    }

    fn build(&mut self, entry: &Entry, init: &Initializer) {
        let vars = VarMap::new();
        let output = (entry.run)(init.var_builder(&vars, DType::F32, &Device::Cpu), true);
        match init.report(&vars) {
            // A pass that fails says nothing of the build.
            Ok(report) => self.built = counted(report.records().len(), self.parameters),
            Err(error) => self.built = first_line(&error.to_string()),
        }
        match output {
            Ok(None) => {}
            Err(error) => self.pass = first_line(&error.to_string()),
            Ok(Some(output)) => {
                self.pass = said(&output);
                self.loss = entry.language.then(|| loss(&output).ok()).flatten();
            }
        }
    }

    /// A row as the page has it.
    pub(super) fn line(&self) -> String {
        let number = |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.1}"));
        let parameters = self.parameters.map_or_else(|| "–".into(), |count| count.to_string());
        let covered = self.covered.as_ref().unwrap_or_else(|error| error);
        let (loss, even) = (number(self.loss.map(|[loss, _]| loss)), number(self.loss.map(|[_, even]| even)));
        format!(
            "| {} | {parameters} | {covered} | {} | {} | {loss} | {even} |\n",
            self.name, self.built, self.pass
        )
    }
}

/// The initializer that covers a model, how many parameters that has, and by what.
fn covered(entry: &Entry) -> Result<(Initializer, usize, String), Error> {
    let mut init = (entry.told)(Initializer::new(7));
    let mut by = "hints".to_string();
    if let Some((family, config)) = entry.recipe {
        init = init.recipe(Recipe::configured(family, config)?);
        by = format!("recipe `{family}`");
    }
    let plan = |init: &Initializer| init.plan(DType::F32, |vb| (entry.run)(vb, false));
    match plan(&init) {
        Ok(plan) => Ok((init.with_plan(&plan), plan.records().len(), by)),
        Err(Error::Uncovered { parameters }) => {
            let text = message(parameters.clone());
            let lines = text.matches(".rule(").count();
            let init = pasted(init, &text)?;
            let plan = plan(&init)?;
            assert_eq!(
                taken(&plan, &parameters),
                Vec::<&str>::new(),
                "{}: the advice is over these, too",
                entry.name
            );
            Ok((
                init.with_plan(&plan),
                plan.records().len(),
                format!("{by}, {lines} pasted {}", if lines == 1 { "line" } else { "lines" }),
            ))
        }
        Err(other) => Err(other),
    }
}

/// The parameters that advice decides though it was for others.
fn taken<'a>(plan: &'a Plan, uncovered: &[Uncovered]) -> Vec<&'a str> {
    let names: HashSet<_> = uncovered.iter().map(|parameter| parameter.name.as_str()).collect();
    let patterns: HashSet<_> = uncovered.iter().map(|parameter| &parameter.text.0).collect();
    let advised = |reason: &Reason| matches!(reason, Reason::Rule { pattern } if patterns.contains(pattern));
    let taken = plan.records().iter().filter(|record| advised(&record.reason));
    taken.map(|record| record.name.as_str()).filter(|name| !names.contains(name)).collect()
}

/// Whether all that was planned was built; some models fetch their last layers in the first pass.
fn counted(built: usize, planned: Option<usize>) -> String {
    match built.checked_sub(planned.unwrap_or(built)) {
        Some(0) => "yes".into(),
        Some(more) => format!("yes, {more} in the first pass"),
        None => "in part".into(),
    }
}

/// Whether an output is one that training can begin with.
fn said(output: &Tensor) -> String {
    match values(output) {
        Ok(values) if !values.iter().all(|value| value.is_finite()) => "not finite".into(),
        Ok(values) if values.iter().all(|value| *value == values[0]) => "all equal".into(),
        Ok(_) => "finite".into(),
        Err(error) => first_line(&error.to_string()),
    }
}

/// The mean cross-entropy over all next tokens, and that of equal logits.
fn loss(logits: &Tensor) -> candle_core::Result<[f64; 2]> {
    let logits = logits.to_dtype(DType::F64)?;
    let all = logits.log_sum_exp(D::Minus1)?.mean_all()?.to_scalar::<f64>()?;
    Ok([all - logits.mean_all()?.to_scalar::<f64>()?, (logits.dim(D::Minus1)? as f64).ln()])
}

/// As a cell holds it.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().replace('|', "/");
    match line.char_indices().nth(90) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
