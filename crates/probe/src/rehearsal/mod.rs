//! Training for a while, beside the same net with other weights, and put back.

mod course;
mod rehearse;
pub(crate) mod report;
mod start;
mod stuck;
