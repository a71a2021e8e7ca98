//! Where a forward pass failed.

use candle_core::{Error, Shape, Var};

use crate::signals::record::tap::Tap;

/// Names the location of a failure: the wrapped module that was entered and not left; else the parameter whose shape
/// is in candle's message; else the last tap that was passed.
pub(crate) fn blame(error: &Error, taps: &[Tap], entered: &[String], parameters: &[(String, Var)]) -> String {
    if let Some(name) = entered.last() {
        return format!("in `{name}`");
    }
    match (misfits(error, parameters)[..].as_ref(), taps.last()) {
        ([], None) => "before the first tap".into(),
        ([], Some(tap)) => format!("after the tap `{}`", tap.name),
        ([name], _) => format!("at `{name}`"),
        ([first, rest @ ..], _) => format!("at `{first}` or {} others of its shape", rest.len()),
    }
}

/// The parameters that have one of the shapes that candle could not put together.
fn misfits<'a>(error: &Error, parameters: &'a [(String, Var)]) -> Vec<&'a str> {
    let shapes = shapes(error);
    let fits = |var: &Var| shapes.iter().any(|shape| is_of(shape.dims(), var.dims()));
    parameters.iter().filter(|(_, var)| fits(var)).map(|(name, _)| name.as_str()).collect()
}

/// Whether a shape is a parameter's, or that of its transpose.
fn is_of(shape: &[usize], parameter: &[usize]) -> bool {
    match (shape, parameter) {
        ([a, b], [c, d]) => (a, b) == (c, d) || (a, b) == (d, c),
        _ => shape == parameter,
    }
}

/// The shapes in an error of candle's, the one on the right first: that is where a layer puts its weight.
fn shapes(error: &Error) -> Vec<Shape> {
    match error {
        Error::ShapeMismatchBinaryOp { lhs, rhs, .. } => vec![rhs.clone(), lhs.clone()],
        Error::WithBacktrace { inner, .. } | Error::Context { inner, .. } | Error::WithPath { inner, .. } => {
            shapes(inner)
        }
        _ => Vec::new(),
    }
}
