//! How much of the longest tests a run takes.

/// All of so many cases with the feature `long`, as CI runs them; a tenth of them without, so that the plain command is short.
#[must_use]
pub const fn share(cases: u32) -> u32 {
    if cfg!(feature = "long") { cases } else { cases.div_ceil(10) }
}
