//! The types that products are made of.

use crate::fill::Element;
use crate::kernel::Simd;
use crate::key::Lanes;
use crate::transform::Wide;

/// A type that arithmetic is done in: `f32` or `f64`.
///
/// Sealed, as [`Element`] is.
pub trait Scalar: Element<Wide = Self> + Wide {
    /// Sixteen values from memory.
    #[doc(hidden)]
    fn read<S: Simd>(simd: S, from: &Lanes<Self>) -> Self::Row<S>;
}

impl Scalar for f32 {
    #[inline(always)]
    fn read<S: Simd>(simd: S, from: &Lanes<Self>) -> S::Floats {
        simd.of_bits(simd.load(bytemuck::cast_ref(from)))
    }
}

impl Scalar for f64 {
    #[inline(always)]
    fn read<S: Simd>(simd: S, from: &Lanes<Self>) -> S::Doubles {
        simd.load_doubles(from)
    }
}
