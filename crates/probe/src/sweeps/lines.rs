//! What a sweep shows in a figure.

/// Lines of a figure: a label, and points `(x, y)`.
pub type Lines = Vec<(String, Vec<(f64, f64)>)>;
