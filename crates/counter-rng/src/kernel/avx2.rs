//! The same lanes, compiled for AVX2 with FMA.
#![allow(unsafe_code, reason = "a function compiled for AVX2 may be entered only where AVX2 is")]

use super::Job;
use super::portable::Portable;

/// That this processor has AVX2 and FMA: the value cannot be made without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proof(());

impl Proof {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    pub(super) fn new() -> Option<Self> {
        let has = std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
        has.then_some(Self(()))
    }

    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    pub(super) fn new() -> Option<Self> {
        None
    }

    #[cfg(all(target_arch = "x86_64", not(miri)))]
    pub(super) fn run<J: Job>(self, job: J) {
        // SAFETY: `compiled` needs AVX2 and FMA; `self` exists only where `Proof::new` saw both.
        unsafe { compiled(job) }
    }

    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    pub(super) fn run<J: Job>(self, job: J) {
        job.run(Portable);
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[target_feature(enable = "avx2,fma")]
fn compiled<J: Job>(job: J) {
    job.run(Portable);
}
