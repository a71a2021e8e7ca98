//! The types that products are made of.

use crate::fill::Element;
use crate::transform::Wide;

/// A type that arithmetic is done in: `f32` or `f64`.
///
/// Sealed, as [`Element`] is.
pub trait Scalar: Element<Wide = Self> + Wide {}

impl Scalar for f32 {}
impl Scalar for f64 {}
