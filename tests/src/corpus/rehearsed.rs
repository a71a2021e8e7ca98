//! The probe's rehearsal held against training.

use std::fmt;

use anyhow::Context;
use candle_init_probe::{Outcome, Rehearsal};
use serde::{Deserialize, Serialize};

use crate::corpus::matrix::Case;
use crate::corpus::plant::Plant;
use crate::corpus::subject::Subject;

/// Steps that a rehearsal is asked for: half as many as the judge trains.
pub const STEPS: usize = 100;

/// A net of a seed, healthy or with one fault, as its rehearsal shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// Its family.
    pub family: String,
    /// Its name.
    pub net: String,
    /// What was planted.
    pub plant: Option<String>,
    /// The seed.
    pub seed: u64,
    /// What it comes to by gradient descent and by Adam: `learns`.
    pub outcome: [String; 2],
    /// How much it gains of what there is to gain, to two digits.
    pub gained: [Option<f64>; 2],
    /// How many of its weights are stuck.
    pub stuck: [usize; 2],
    /// How many steps it took.
    pub steps: [usize; 2],
}

/// Rehearses a subject and all that can be planted in it.
///
/// # Errors
/// What a net or the probe says.
pub fn rehearsed(subject: &Subject, seed: u64, steps: usize) -> anyhow::Result<Vec<Rehearsed>> {
    let all = std::iter::once(None).chain(subject.plants.iter().map(Some));
    all.map(|plant| of(subject, plant, seed, steps)).collect()
}

fn of(subject: &Subject, plant: Option<&Plant>, seed: u64, steps: usize) -> anyhow::Result<Rehearsed> {
    let both = subject.planted(plant, seed)?.rehearsals(steps);
    let both = both.with_context(|| format!("{}, {plant:?}", subject.name))?;
    Ok(Rehearsed {
        family: subject.family.into(),
        net: subject.name.into(),
        plant: plant.map(|plant| plant.what.into()),
        seed,
        outcome: both.each_ref().map(|one| name(one.outcome()).into()),
        gained: both.each_ref().map(|one| one.gained().map(|gained| (100.0 * gained).round() / 100.0 + 0.0)),
        stuck: both.each_ref().map(|one: &Rehearsal| one.stuck.len()),
        steps: both.each_ref().map(|one| one.steps),
    })
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Learns => "learns",
        Outcome::Lags => "lags",
        Outcome::Fails => "fails",
        _ => "undecided",
    }
}

/// How often the verdict is wrong by itself, the rehearsal by itself, and both together: each net counts twice, by gradient
/// descent and by Adam, if it trains by both or by neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Nets that train, and how many of them are called faulty by each.
    pub train: [usize; 4],
    /// Nets that do not, and how many of them are not called faulty by each.
    pub fail: [usize; 4],
}

impl Tally {
    /// Counts those cases that `choose` picks.
    #[must_use]
    pub fn of(cases: &[Case], rehearsed: &[Rehearsed], choose: impl Fn(&Case) -> bool) -> Self {
        let mut tally = Self::default();
        for case in cases.iter().filter(|case| choose(case) && case.run.trains[0] == case.run.trains[1]) {
            for optimizer in [0, 1] {
                if let Some(called) = called(case, rehearsed, optimizer) {
                    tally.count(case.run.trains[0], called);
                }
            }
        }
        tally
    }

    fn count(&mut self, trains: bool, called: [bool; 3]) {
        let counts = if trains { &mut self.train } else { &mut self.fail };
        counts[0] += 1;
        counts[1..]
            .iter_mut()
            .zip(called)
            .for_each(|(count, called)| *count += usize::from(called == trains));
    }
}

/// Whether a case is called faulty: by the verdict, by the rehearsal, by both. None where it was not rehearsed.
#[must_use]
pub fn called(case: &Case, rehearsed: &[Rehearsed], optimizer: usize) -> Option<[bool; 3]> {
    let run = &case.run;
    let of_run = |one: &&Rehearsed| one.net == run.net && one.plant == run.plant && one.seed == run.seed;
    let outcome = rehearsed.iter().find(of_run)?.outcome[optimizer].as_str();
    let verdict = !case.faults.is_empty();
    // As `Verdict::is_trainable` has it.
    let is_cut = case.faults.iter().any(|fault| fault.starts_with("no gradient"));
    let together = match outcome {
        "learns" => is_cut,
        "lags" | "fails" => true,
        _ => verdict,
    };
    Some([verdict, ["lags", "fails"].contains(&outcome), together])
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |[all, verdict, rehearsal, both]: [usize; 4]| {
            format!("of {all} by the verdict {verdict}, by the rehearsal {rehearsal}, by both {both}")
        };
        writeln!(f, "called faulty though it trains: {}", line(self.train))?;
        write!(f, "not called faulty though it does not: {}", line(self.fail))
    }
}
