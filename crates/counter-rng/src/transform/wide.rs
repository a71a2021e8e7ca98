//! The two widths that arithmetic is done in, and what each makes of a word.

use crate::kernel::Simd;
use crate::key::{Keys, Lanes};
use crate::sealed::Sealed;

/// A type that values are computed in: `f32` from one word, `f64` from two.
///
/// Sealed, as [`Element`](crate::Element) is; its items are the stream's own business. A row is sixteen values.
pub trait Wide: Sealed + Copy + PartialOrd + Into<f64> + Send + Sync + 'static {
    /// Largest |z| of a normal draw: the quantile of the smallest tail probability, rounded up.
    #[doc(hidden)]
    const LARGEST_QUANTILE: f64;
    /// What a centred word is multiplied by to lie in (−1, 1).
    #[doc(hidden)]
    const UNIT: f64;
    #[doc(hidden)]
    const ONE: Self;
    /// Whether a row is one of a kernel's rows of `f32`.
    #[doc(hidden)]
    const SINGLE: bool;

    /// The words behind a row.
    #[doc(hidden)]
    type Word<S: Simd>: Copy;
    #[doc(hidden)]
    type Row<S: Simd>: Copy;

    /// The nearest value to `value`.
    fn from_f64(value: f64) -> Self;
    /// The words of tiles `first ..`.
    #[doc(hidden)]
    fn tiles<S: Simd, const N: usize>(simd: S, keys: &Keys, first: u64) -> [[Self::Word<S>; 4]; N];
    /// Given words.
    #[doc(hidden)]
    fn load<S: Simd>(simd: S, high: &Lanes<u32>, low: &Lanes<u32>) -> Self::Word<S>;
    /// A row from memory.
    #[doc(hidden)]
    fn read<S: Simd>(simd: S, from: &Lanes<Self>) -> Self::Row<S>;
    /// A row into memory.
    #[doc(hidden)]
    fn write<S: Simd>(simd: S, row: Self::Row<S>, out: &mut Lanes<Self>);
    /// The same value in every lane.
    #[doc(hidden)]
    fn row<S: Simd>(simd: S, value: Self) -> Self::Row<S>;
    #[doc(hidden)]
    fn add<S: Simd>(simd: S, a: Self::Row<S>, b: Self::Row<S>) -> Self::Row<S>;
    #[doc(hidden)]
    fn sub<S: Simd>(simd: S, a: Self::Row<S>, b: Self::Row<S>) -> Self::Row<S>;
    #[doc(hidden)]
    fn fma<S: Simd>(simd: S, a: Self::Row<S>, b: Self::Row<S>, c: Self::Row<S>) -> Self::Row<S>;
    /// The larger, `b` where they are equal.
    #[doc(hidden)]
    fn max<S: Simd>(simd: S, a: Self::Row<S>, b: Self::Row<S>) -> Self::Row<S>;
    /// The smaller, `b` where they are equal.
    #[doc(hidden)]
    fn min<S: Simd>(simd: S, a: Self::Row<S>, b: Self::Row<S>) -> Self::Row<S>;
    /// `a` where the number is below zero, else `b`.
    #[doc(hidden)]
    fn choose_negative<S: Simd>(
        simd: S,
        number: Self::Row<S>,
        a: Self::Row<S>,
        b: Self::Row<S>,
    ) -> Self::Row<S>;
    /// The top bits of the words, symmetric about zero, exactly.
    #[doc(hidden)]
    fn centred<S: Simd>(simd: S, word: Self::Word<S>) -> Self::Row<S>;
    /// `2u` and `±(1 − 2u)` of the words: each rounded once, from an integer and its complement.
    #[doc(hidden)]
    fn tails<S: Simd>(simd: S, word: Self::Word<S>) -> [Self::Row<S>; 2];
    /// The normal quantile for those two, with the sign of the second.
    #[doc(hidden)]
    fn quantile<S: Simd, const R: usize>(
        simd: S,
        two_u: &[Self::Row<S>; R],
        x: &[Self::Row<S>; R],
    ) -> [Self::Row<S>; R];
}

/// Operations on rows that are the kernel's own, by their names there.
macro_rules! operations {
    ($row:ty: $($name:ident($($arg:ident),*) => $operation:ident;)*) => {$(
        #[inline(always)]
        fn $name<S: Simd>(simd: S, $($arg: $row),*) -> $row {
            simd.$operation($($arg),*)
        }
    )*};
}

pub(crate) use operations;

/// `value` moved inside `[lo, up]`.
#[inline(always)]
pub(crate) fn clamp<S: Simd, W: Wide>(simd: S, value: W::Row<S>, lo: W, up: W) -> W::Row<S> {
    W::min(simd, W::max(simd, value, W::row(simd, lo)), W::row(simd, up))
}
