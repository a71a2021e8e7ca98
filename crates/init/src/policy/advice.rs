//! The rule to propose for a parameter that nothing covers.

use candle_core::Shape;

use crate::policy::pattern::escaped;
use crate::policy::request::last;
use crate::uncovered::Uncovered;

/// The parameter with the line that would cover it.
///
/// A one-dimensional weight scales a norm and starts at one; what a matrix needs is for its model's author to say, so
/// He's normal is proposed.
pub(crate) fn uncovered(name: &str, shape: &Shape) -> Uncovered {
    let init = match (shape.rank() < 2, last(name).ends_with("bias")) {
        (true, true) => "ZEROS",
        (true, false) => "ONES",
        _ => "HE_NORMAL",
    };
    // As a Rust literal, in which backslashes are doubled.
    let rule = format!(".rule({:?}, init::{init})", folded(name));
    Uncovered { name: name.into(), shape: shape.clone(), rule }
}

/// The pattern of a path, with numbered layers folded into `*`.
fn folded(name: &str) -> String {
    let fold = |part: &str| if part.parse::<u64>().is_ok() { "*".into() } else { escaped(part) };
    name.split('.').map(fold).collect::<Vec<_>>().join(".")
}
