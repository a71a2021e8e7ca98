//! Numbers in messages.

/// A number as a message says it: no more digits than it needs, and powers of ten where it is very large or small.
pub(crate) fn said(value: f64) -> String {
    match value.abs() {
        0.0 | 1e-5..1e16 => value.to_string(),
        _ => format!("{value:e}"),
    }
}
