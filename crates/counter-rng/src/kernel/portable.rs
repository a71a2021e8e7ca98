//! The lanes as the target's baseline has them.

use super::Job;

pub(super) fn run<J: Job>(job: J) {
    job.run();
}
