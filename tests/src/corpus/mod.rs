//! Nets as people write them, each healthy and with the faults that can be planted in it; training is the judge.

mod dense;
mod fresh;
pub mod gpt;
mod held;
mod images;
mod judge;
mod matrix;
mod mixed;
mod parametrized;
mod parts;
mod plant;
mod pretrained;
mod recurrent;
mod rehearsed;
mod several;
mod subject;
mod tokens;
mod trial;

pub use judge::{Outcome, Run, runs};
pub use matrix::{Case, Matrix, alarms};
pub use plant::Plant;
pub use rehearsed::{Rehearsed, STEPS, Tally, called, rehearsed};
pub use subject::Subject;
pub use trial::Trial;

/// Every net of the corpus.
#[must_use]
pub fn subjects() -> Vec<Subject> {
    [
        dense::subjects(),
        images::subjects(),
        tokens::subjects(),
        recurrent::subjects(),
        several::subjects(),
        pretrained::subjects(),
        mixed::subjects(),
        held::subjects(),
        fresh::subjects(),
    ]
    .concat()
}
