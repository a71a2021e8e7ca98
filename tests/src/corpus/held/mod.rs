//! Nets that the probe's rules were not derived from: all written before one verdict on any of them was looked at, and
//! reported by themselves.

mod functions;
mod pairs;
mod players;
mod sequences;
mod tables;

use crate::corpus::plant::{Plant, anywhere, far, minus_six, most_off, off, thirtyfold, zeros};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Trial};

pub(super) const VECTORS: Batches = Batches::Vectors(64, 16);

/// The layer that faults are planted in has the same name in every net.
const MIDDLE: &[&str] = &["mid.weight"];
pub(super) const ALL: &[Plant] = &anywhere(MIDDLE);
pub(super) const RELU: &[Plant] = &[
    Plant { what: "all units off", names: &["mid.bias"], harm: off },
    Plant { what: "most units off", names: &["mid.bias"], harm: most_off },
];
pub(super) const FLAT: &[Plant] = &[Plant { what: "all units flat", names: &["mid.bias"], harm: far }];
pub(super) const NORMED: &[Plant] = &[
    Plant { what: "norms zero", names: &["norm"], harm: zeros },
    Plant { what: "all units off after the norm", names: &["norm.bias"], harm: minus_six },
];
pub(super) const QUERIES: &[Plant] =
    &[Plant { what: "queries and keys × 30", names: &["query.weight", "key.weight"], harm: thirtyfold }];

pub(super) fn subjects() -> Vec<Subject> {
    [sequences::subjects(), tables::subjects(), functions::subjects(), pairs::subjects(), players::subjects()]
        .concat()
}

/// A net with every fault that can be planted in any, and some that its kind can have.
fn held(name: &'static str, build: fn(u64) -> anyhow::Result<Trial>, more: &[Plant]) -> Subject {
    Subject::new("held out", name, build, &[ALL, more].concat())
}
