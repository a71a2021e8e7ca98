//! How much work a public function may do before it gives up.

use std::cell::Cell;

/// Calls of the function that one call of ours makes at most, but for the last panel's: about a tenth of a second
/// with a cheap one.
pub(crate) const CALLS: usize = 1 << 20;
/// An integral over pairs evaluates polynomials in place of the function, which cost less than a call.
const POLYNOMIALS_PER_CALL: usize = 16;

/// What is left to spend, in evaluations of a polynomial.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(Cell::new(CALLS * POLYNOMIALS_PER_CALL))
    }

    pub(crate) fn call(&self) {
        self.polynomials(POLYNOMIALS_PER_CALL);
    }

    pub(crate) fn polynomials(&self, count: usize) {
        self.0.set(self.0.get().saturating_sub(count));
    }

    /// Whether there is more than this many calls left.
    pub(crate) fn has(&self, calls: usize) -> bool {
        self.0.get() / POLYNOMIALS_PER_CALL > calls
    }

    /// Calls, or as much other work, that were done.
    pub(crate) fn spent(&self) -> usize {
        CALLS - self.0.get() / POLYNOMIALS_PER_CALL
    }
}
