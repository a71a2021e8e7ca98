//! What mean-field theory predicts, beside what was measured.

mod chain;
pub(crate) mod predict;
