//! What the tests say to a change.

use std::time::Duration;

use anyhow::Result;

use crate::suite::{End, Program, Test, run};

/// How a change fared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// This test failed.
    Caught(String),
    /// This test did not end.
    Endless(String),
    /// All tests that reach it pass: so many, in so many seconds.
    Survived(usize, f64),
    /// No test reaches it.
    Unreached,
    /// The tests that had the time for it pass; so many had not.
    Unfinished(usize),
}

impl Outcome {
    pub(crate) fn is_caught(&self) -> bool {
        matches!(self, Outcome::Caught(_) | Outcome::Endless(_))
    }
}

/// Runs the tests that reach a change, the fastest first, until one fails or the time is over.
pub(crate) fn judge(id: u32, programs: &[Program], tests: &[Test], within: f64) -> Result<Outcome> {
    let mut reaching: Vec<&Test> = tests.iter().filter(|test| test.reaches.contains(&id)).collect();
    if reaching.is_empty() {
        return Ok(Outcome::Unreached);
    }
    reaching.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let (mut used, mut done) = (0.0, 0);
    while done < reaching.len() {
        if used + reaching[done].seconds > within {
            return Ok(Outcome::Unfinished(reaching.len() - done));
        }
        let batch = batch(&reaching[done..]);
        let names: Vec<&str> = batch.iter().map(|test| test.name.as_str()).collect();
        let expected: f64 = batch.iter().map(|test| test.seconds).sum();
        let limit = Duration::from_secs_f64(20.0 + 10.0 * expected);
        let (end, seconds) = run(&programs[batch[0].program], &names, limit, ("MUTANT", &id.to_string()))?;
        let said = || names.join(" ");
        match end {
            End::Failed => return Ok(Outcome::Caught(said())),
            End::TooLong => return Ok(Outcome::Endless(said())),
            End::Passed => (used, done) = (used + seconds, done + batch.len()),
        }
    }
    Ok(Outcome::Survived(reaching.len(), used))
}

/// Tests of one program that follow each other and take a second together: a process for each would take longer.
fn batch<'a>(tests: &[&'a Test]) -> Vec<&'a Test> {
    let mut seconds = 0.0;
    let fits = |test: &&&Test| {
        seconds += test.seconds;
        test.program == tests[0].program && (seconds < 1.0 || seconds == test.seconds)
    };
    tests.iter().take_while(fits).copied().collect()
}
