//! What a model's parameters got: rule and reason, expected and measured.

use std::fmt;

use candle_core::Var;

use crate::error::Result;
use crate::model::accounting::Accounting;
use crate::model::answers::Answers;
use crate::model::csv::csv;
use crate::model::measure::measure;
use crate::model::record::Record;
use crate::model::table;
use crate::policy::Reason;

/// Every parameter of a `VarMap`, in name order, with what its values are now. Prints as a table.
#[derive(Clone, Debug)]
pub struct Report {
    records: Vec<Record>,
    answers: Answers,
    accounting: Accounting,
    warnings: Vec<String>,
}

impl Report {
    pub(crate) fn new<'a>(
        parameters: impl Iterator<Item = (Record, &'a Var)>,
        answers: Answers,
        accounting: Accounting,
    ) -> Result<Self> {
        let record = |(record, var): (Record, &Var)| {
            let measured = Some(measure(var)?);
            let orthogonality_error =
                record.haar.as_ref().map(|haar| haar.orthogonality_error(var)).transpose()?.flatten();
            Ok(Record { measured, orthogonality_error, ..record })
        };
        let records = parameters.map(record).collect::<Result<Vec<_>>>()?;
        let warnings = answers.warnings(&records);
        Ok(Self { records, answers, accounting, warnings })
    }

    /// Every parameter, each with its [measured](Record::measured) moments.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Names that the model asked about, and was told that they do not exist: see
    /// [`Plan::denied`](crate::Plan::denied).
    pub fn denied(&self) -> impl Iterator<Item = &str> {
        self.answers.denied()
    }

    /// The tensors of the [loaded](crate::Initializer::load) checkpoints that the model never asked for, by their names in
    /// the files.
    pub fn never_asked(&self) -> impl Iterator<Item = &str> {
        self.accounting.never_asked()
    }

    /// What is allowed and will probably hurt, as in [`Plan::warnings`](crate::Plan::warnings).
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(String::as_str)
    }

    /// A row for each parameter as comma-separated values, as [`Plan::to_csv`](crate::Plan::to_csv), with what was measured.
    #[must_use]
    pub fn to_csv(&self) -> String {
        csv(&self.records)
    }

    fn count(&self, reason: &Reason) -> usize {
        self.records.iter().filter(|record| record.reason == *reason).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |r: &Record| {
            let measured = r.measured.filter(|m| m.mean.is_finite()).map(|m| m.std);
            let (parameter, measured) = (table::number(r.expected.map(|m| m.std)), table::number(measured));
            [r.name.clone(), table::shape(&r.shape), r.reason_text(), r.rule_text(), parameter, measured]
        };
        let header = ["parameter", "shape", "rule", "initializer", "expected std", "measured std"];
        write!(f, "{}", table::table(&header, &[4, 5], &[0, 2, 3], self.records.iter().map(row)))?;
        let notes = [
            (Reason::Uncovered, "covered by no rule and no hint: zero, as candle leaves them"),
            (
                Reason::Foreign,
                "not made by this initializer: they were in the map before it. For its values, build in a new `VarMap`",
            ),
        ];
        for (reason, note) in notes {
            match self.count(&reason) {
                0 => {}
                n => write!(f, "\n{n} of {} parameters {note}", self.records.len())?,
            }
        }
        let errors = self.records.iter().filter_map(|r| Some((r.orthogonality_error?, &r.name)));
        if let Some((error, name)) = errors.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
            write!(f, "\northogonal to within {error:.1e} (`{name}`)")?;
        }
        self.accounting.write(f)?;
        self.answers.write_notes(f)?;
        self.warnings.iter().try_for_each(|warning| write!(f, "\n{warning}"))
    }
}
