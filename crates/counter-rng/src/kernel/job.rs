//! Work for a kernel.

use super::simd::Simd;

/// Work that a kernel compiles for its own instructions; `run` must be `#[inline(always)]`.
pub(crate) trait Job {
    fn run<S: Simd>(self, simd: S);
}
