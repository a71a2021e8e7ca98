//! What was once a panic, an abort, a hang or a silent wrong, and must not be again.

mod known;
mod many;
mod nesting;
mod patterns;
