//! The verdict held against training.

use std::fmt;
use std::ops::Range;

use anyhow::Context;
use candle_init_probe::{Severity, Verdict};
use rayon::prelude::*;

use crate::corpus::judge::Run;
use crate::corpus::subject::Subject;

/// A net with the verdict on it and what training shows.
#[derive(Clone, Debug)]
pub struct Case {
    /// The net, and what training made of it.
    pub run: Run,
    /// The faults that the probe found.
    pub faults: Vec<String>,
}

impl Case {
    /// Checks the net of a run: with its rules beside it where the seed is odd.
    ///
    /// # Errors
    /// What the net or the probe says; a run of no subject.
    pub fn of(subjects: &[Subject], run: &Run) -> anyhow::Result<Self> {
        let subject = subjects.iter().find(|subject| subject.name == run.net);
        let subject = subject.with_context(|| format!("no net {:?}", run.net))?;
        let plant = run.plant.as_ref().and_then(|what| subject.plant(what));
        let trial = subject.planted(plant, run.seed)?;
        let verdict = trial.verdict(run.seed % 2 == 1).with_context(|| format!("{run:?}"))?;
        Ok(Self { run: run.clone(), faults: faults(&verdict) })
    }

    /// Whether verdict and training agree: what trains by both optimizers has no fault, what trains by none has one.
    #[must_use]
    pub fn is_right(&self) -> bool {
        match self.run.trains {
            [true, true] => self.faults.is_empty(),
            [false, false] => !self.faults.is_empty(),
            _ => true,
        }
    }
}

/// The faults that the probe finds in healthy nets under some seeds, with the net and the seed; none is due.
///
/// # Errors
/// What a net or the probe says.
pub fn alarms(subjects: &[Subject], seeds: Range<u64>) -> anyhow::Result<Vec<String>> {
    let sound: Vec<_> = subjects.iter().filter(|subject| !subject.faulty).collect();
    let runs: Vec<_> = seeds.flat_map(|seed| sound.iter().map(move |subject| (*subject, seed))).collect();
    let found = runs.par_iter().map(|(subject, seed)| {
        let verdict = subject.planted(None, *seed)?.verdict(seed % 2 == 1);
        let verdict = verdict.with_context(|| format!("{}, seed {seed}", subject.name))?;
        Ok(faults(&verdict)
            .into_iter()
            .map(|fault| format!("{}, seed {seed}: {fault}", subject.name))
            .collect())
    });
    Ok(found.collect::<anyhow::Result<Vec<Vec<_>>>>()?.concat())
}

/// The faults of a verdict, with their places.
fn faults(verdict: &Verdict) -> Vec<String> {
    let found = verdict.findings.iter().filter(|finding| finding.severity() == Severity::Fault);
    found.map(|finding| format!("{} · {}", finding.name(), finding.place)).collect()
}

/// Verdicts against training, by family.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// Sound and faulty, of those that train by both optimizers, by one, by none.
    rows: Vec<(String, [usize; 6])>,
}

impl Matrix {
    /// Counts cases.
    #[must_use]
    pub fn of(cases: &[Case]) -> Self {
        let mut matrix = Self::default();
        for case in cases {
            let what = case.run.plant.as_deref().unwrap_or("healthy");
            let optimizers = case.run.trains.iter().filter(|trains| **trains).count();
            let cell = 2 * (2 - optimizers) + usize::from(!case.faults.is_empty());
            let row = format!("{} · {what}", case.run.family);
            match matrix.rows.iter_mut().find(|(name, _)| *name == row) {
                Some((_, counts)) => counts[cell] += 1,
                None => matrix.rows.push((row, std::array::from_fn(|n| usize::from(n == cell)))),
            }
        }
        matrix.rows.sort();
        matrix
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |name: &str, cells: [String; 6]| {
            cells.iter().fold(format!("{name:<48}"), |line, cell| format!("{line}{cell:>8}"))
        };
        writeln!(f, "{:<48}{:>16}{:>16}{:>16}", "trains by", "both", "one", "none")?;
        let kinds = ["sound", "fault", "sound", "fault", "sound", "fault"];
        writeln!(f, "{}", line("the verdict", kinds.map(Into::into)))?;
        let mut sum = [0; 6];
        for (name, counts) in &self.rows {
            writeln!(f, "{}", line(name, counts.map(|count| count.to_string())))?;
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        writeln!(f, "{}", line("all", sum.map(|count| count.to_string())))
    }
}
