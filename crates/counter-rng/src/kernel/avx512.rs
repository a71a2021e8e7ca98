//! The same lanes, compiled for AVX-512.
#![allow(unsafe_code, reason = "a function compiled for AVX-512 may be entered only where AVX-512 is")]

use super::Job;

/// That this processor has the parts of AVX-512 that every server since 2017 has: the value cannot be made
/// without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proof(());

impl Proof {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    pub(super) fn new() -> Option<Self> {
        use std::arch::is_x86_feature_detected as has;
        let foundation = has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl");
        (foundation && has!("avx2") && has!("fma")).then_some(Self(()))
    }

    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    pub(super) fn new() -> Option<Self> {
        None
    }

    #[cfg(all(target_arch = "x86_64", not(miri)))]
    pub(super) fn run<J: Job>(self, job: J) {
        // SAFETY: `compiled` needs the features that `Proof::new` saw, and `self` exists only where it did.
        unsafe { compiled(job) }
    }

    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    pub(super) fn run<J: Job>(self, job: J) {
        job.run();
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn compiled<J: Job>(job: J) {
    job.run();
}
