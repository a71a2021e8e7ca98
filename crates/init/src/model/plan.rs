//! What a model's parameters would get: the result of a dry run.

use std::fmt;
use std::sync::Arc;

use crate::model::accounting::Accounting;
use crate::model::answers::Answers;
use crate::model::csv::csv;
use crate::model::folded::folded;
use crate::model::record::Record;
use crate::model::table;
use crate::policy::request::Shapes;

/// A dry run's parameters, in the order the model asks for them. Prints as a table, in which layers that differ in nothing
/// but their number are one row.
#[derive(Clone, Debug)]
pub struct Plan {
    records: Vec<Record>,
    /// The names and shapes of the whole model.
    pub(crate) shapes: Arc<Shapes>,
    answers: Answers,
    accounting: Accounting,
    warnings: Vec<String>,
}

impl Plan {
    pub(crate) fn new(
        records: Vec<Record>,
        shapes: Shapes,
        answers: Answers,
        accounting: Accounting,
    ) -> Self {
        let warnings = answers.warnings(&records);
        Self { records, shapes: Arc::new(shapes), answers, accounting, warnings }
    }

    /// Every parameter.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Names that the model asked about, and that nothing names, so that it was told that they do not exist: the model's
    /// optional parameters. A [rule](crate::Initializer::rule) whose pattern has no `*` makes one exist.
    pub fn denied(&self) -> impl Iterator<Item = &str> {
        self.answers.denied()
    }

    /// The tensors of the [loaded](crate::Initializer::load) checkpoints that the model never asked for, by their names in
    /// the files.
    pub fn never_asked(&self) -> impl Iterator<Item = &str> {
        self.accounting.never_asked()
    }

    /// The same, each with the parameter whose name is nearest: of many tensors, for the first eight.
    pub fn never_asked_near(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.accounting.never_asked_near()
    }

    /// What is allowed and will probably hurt: tables that are heads too, and start so wide that the first loss is far above
    /// ln V.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(String::as_str)
    }

    /// A row for each parameter as comma-separated values, below a header.
    ///
    /// ```
    /// # use candle_core::DType;
    /// # use candle_init::Initializer;
    /// let plan = Initializer::new(42).plan(DType::F32, |vb| candle_nn::linear(4, 3, vb.pp("fc")))?;
    /// assert!(plan.to_csv().starts_with("name,shape,dtype,reason,rule,"));
    /// assert_eq!(plan.to_csv().lines().count(), 3);
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    #[must_use]
    pub fn to_csv(&self) -> String {
        csv(&self.records)
    }

    /// Number of values of all parameters.
    #[must_use]
    pub fn elements(&self) -> u128 {
        self.records.iter().map(elements).sum()
    }

    /// Memory of all parameters, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u128 {
        self.records.iter().map(bytes).sum()
    }
}

fn elements(record: &Record) -> u128 {
    record.shape.dims().iter().map(|&d| d as u128).product()
}

fn bytes(record: &Record) -> u128 {
    elements(record) * record.dtype.size_in_bytes() as u128
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |r: &Record| {
            let (shape, std) = (table::shape(&r.shape), table::number(r.expected.map(|m| m.std)));
            [r.name.clone(), shape, r.reason_text(), r.rule_text(), r.fans_text(), std]
        };
        let rows = folded(self.records.iter().map(row));
        let header = ["parameter", "shape", "why", "initializer", "fan in → out", "expected std"];
        writeln!(f, "{}", table::table(&header, &[4, 5], &[0, 2, 3], rows.into_iter()))?;
        let (elements, bytes) = (table::count(self.elements()), table::bytes(self.bytes()));
        write!(f, "{} parameters, {elements} values, {bytes}", self.records.len())?;
        self.accounting.write(f)?;
        self.answers.write_notes(f)?;
        self.warnings.iter().try_for_each(|warning| write!(f, "\n{warning}"))
    }
}
