//! The types that stand behind dtypes, each as a number.

use bytemuck::{AnyBitPattern, NoUninit};
use float8::{F8E4M3, F8E5M2};
use half::{bf16, f16};

use crate::statistics::real::Real;
use crate::statistics::summation::{sums, widened};
use crate::statistics::sums::Sums;

/// One element of a tensor.
pub(crate) trait Element: AnyBitPattern + NoUninit {
    /// The float that it is widened to: exact but for integers beyond 2⁵³.
    type Wide: Real;

    fn widened(self) -> Self::Wide;

    /// The sums of some elements.
    fn sums(elements: &[Self]) -> Sums {
        widened(elements, Self::widened)
    }
}

/// The elements that are summed where they lie, without a copy.
macro_rules! floats {
    ($($float:ty),*) => {
        $(impl Element for $float {
            type Wide = Self;

            #[inline(always)]
            fn widened(self) -> Self {
                self
            }

            fn sums(elements: &[Self]) -> Sums {
                sums(elements)
            }
        })*
    };
}

macro_rules! widens {
    ($($element:ty => $wide:ty: $function:expr),* $(,)?) => {
        $(impl Element for $element {
            type Wide = $wide;

            #[inline(always)]
            fn widened(self) -> $wide {
                ($function)(self)
            }
        })*
    };
}

floats!(f32, f64);
widens! {
    // The upper half of an `f32`; written so that a compiler makes vectors of it.
    bf16 => f32: |x: bf16| f32::from_bits(u32::from(x.to_bits()) << 16),
    f16 => f32: f16::to_f32,
    F8E4M3 => f32: |x: F8E4M3| x.to_f32(),
    F8E5M2 => f32: |x: F8E5M2| x.to_f32(),
    u8 => f32: f32::from,
    i8 => f32: f32::from,
    i16 => f32: f32::from,
    u16 => f32: f32::from,
    i32 => f64: f64::from,
    u32 => f64: f64::from,
    i64 => f64: |x| x as f64,
    u64 => f64: |x| x as f64,
}
