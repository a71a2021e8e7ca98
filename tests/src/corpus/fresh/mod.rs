//! A second set of nets that no rule was derived from, written by somebody who had seen neither the probe nor a verdict.

mod images;
mod series;
mod vectors;
mod words;

use crate::corpus::held::ALL;
use crate::corpus::plant::Plant;
use crate::corpus::subject::Subject;
use crate::corpus::trial::Trial;

pub(super) fn subjects() -> Vec<Subject> {
    [images::subjects(), words::subjects(), series::subjects(), vectors::subjects()].concat()
}

/// A net with the faults of those held out.
fn fresh(name: &'static str, build: fn(u64) -> anyhow::Result<Trial>, more: &[Plant]) -> Subject {
    Subject::new("fresh", name, build, &[ALL, more].concat())
}
