//! The dtypes that a stream can fill, and the one rounding that leads to them.

use float8::F8E4M3;
use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use crate::error::Error;
use crate::kernel::Kernel;
use crate::law::Law;
use crate::philox::TILE;
use crate::stream::Stream;
use crate::transform::Wide;
use crate::words;

pub(crate) mod sealed {
    /// Keeps the lists of dtypes closed.
    pub trait Sealed {}
}

/// A floating-point type that a stream fills: `f64`, `f32`, `bf16`, `f16`, `F8E4M3`.
///
/// `f64` is computed in binary64 from 64-bit words. Everything else is the `f32` value rounded
/// once, to nearest even, so a `bf16` tensor is exactly the rounded `f32` tensor. Sealed: the
/// list is part of the contract.
pub trait Element: sealed::Sealed + bytemuck::Pod + PartialEq + Send + Sync + 'static {
    /// The type its values are computed in before the rounding.
    type Wide: Wide;
    /// The name that candle and safetensors give the type.
    const NAME: &'static str;
    /// The largest finite value.
    const MAX: f64;

    /// Rounds a tile, to nearest even.
    #[doc(hidden)]
    fn round_tile(wide: &[Self::Wide; TILE], out: &mut [Self; TILE]);
    /// Rounds one number, by way of [`Element::Wide`].
    fn nearest(value: f64) -> Self;
    /// The value, exactly.
    fn widen(self) -> f64;
    /// Fills in code that is compiled with this crate: as a generic it would be compiled again, at length and
    /// by the user's settings, in every crate that fills.
    #[doc(hidden)]
    fn fill(kernel: Kernel, stream: &Stream, law: &Law, start: u64, out: &mut [Self]) -> Result<(), Error>;
    /// [`Law::values_of`], likewise.
    #[doc(hidden)]
    fn values_of(law: &Law, words: &[u64]) -> Result<Vec<Self>, Error>;
    /// The next value towards +∞ (`towards_max`) or −∞; only asked inside the finite range.
    #[doc(hidden)]
    fn neighbour(self, towards_max: bool) -> Self;
}

impl sealed::Sealed for f32 {}
impl sealed::Sealed for f64 {}
impl sealed::Sealed for bf16 {}
impl sealed::Sealed for f16 {}
impl sealed::Sealed for F8E4M3 {}

/// Neighbours of a sign-magnitude float: the integer behind a positive one counts up.
macro_rules! neighbour {
    ($value:expr, $up:expr) => {{
        let tiny = Self::from_bits(1);
        let zero = Self::from_bits(0);
        match ($value == zero, ($value > zero) == $up) {
            (true, _) if $up => tiny,
            (true, _) => -tiny,
            (false, true) => Self::from_bits($value.to_bits() + 1),
            (false, false) => Self::from_bits($value.to_bits() - 1),
        }
    }};
}

macro_rules! element {
    ($type:ty, $wide:ty, $name:literal, $max:expr, |$w:ident, $o:ident| $round:expr, |$v:ident| $nearest:expr, |$s:ident| $widen:expr) => {
        impl Element for $type {
            type Wide = $wide;
            const NAME: &'static str = $name;
            const MAX: f64 = $max;

            #[inline(always)]
            fn round_tile($w: &[$wide; TILE], $o: &mut [Self; TILE]) {
                $round
            }
            fn nearest($v: f64) -> Self {
                $nearest
            }
            fn widen(self) -> f64 {
                let $s = self;
                $widen
            }
            fn fill(
                kernel: Kernel,
                stream: &Stream,
                law: &Law,
                start: u64,
                out: &mut [Self],
            ) -> Result<(), Error> {
                stream.fill_elements(kernel, law, start, out)
            }
            fn values_of(law: &Law, words: &[u64]) -> Result<Vec<Self>, Error> {
                words::values_of(law, words)
            }
            fn neighbour(self, towards_max: bool) -> Self {
                neighbour!(self, towards_max)
            }
        }
    };
}

element!(f64, f64, "f64", f64::MAX, |w, o| *o = *w, |v| v, |s| s);
element!(f32, f32, "f32", f32::MAX as f64, |w, o| *o = *w, |v| v as f32, |s| f64::from(s));
element!(
    bf16,
    f32,
    "bf16",
    3.389_531_389_251_535_5e38,
    |w, o| round_bf16(w, o),
    |v| Self::from_f32(v as f32),
    |s| s.to_f64()
);
element!(f16, f32, "f16", 65504.0, |w, o| o.convert_from_f32_slice(w), |v| Self::from_f32(v as f32), |s| s
    .to_f64());
element!(F8E4M3, f32, "f8e4m3", 448.0, |w, o| round_f8(w, o), |v| Self::from_f32(v as f32), |s| s.to_f64());

/// The library's conversion tests for NaN one value at a time; a tile has none.
#[inline(always)]
fn round_bf16(wide: &[f32; TILE], out: &mut [bf16; TILE]) {
    for (o, w) in out.iter_mut().zip(wide) {
        let bits = w.to_bits();
        let half = 0x7fff + ((bits >> 16) & 1);
        *o = bf16::from_bits((bits.wrapping_add(half) >> 16) as u16);
    }
}

/// The library's conversion goes by way of `f64`, one value at a time, with a branch for each range.
#[inline(always)]
fn round_f8(wide: &[f32; TILE], out: &mut [F8E4M3; TILE]) {
    for (o, w) in out.iter_mut().zip(wide) {
        *o = F8E4M3::from_bits(f8_bits(*w));
    }
}

/// `F8E4M3::from_f32` as arithmetic without a branch: saturating, NaN kept.
#[inline(always)]
fn f8_bits(value: f32) -> u8 {
    const NAN: u32 = 0x7f;
    const LARGEST: u32 = 0x7e;
    /// Least normal number, `2⁻⁶`.
    const NORMAL: u32 = 121 << 23;
    /// `2¹⁴`, whose unit in the last place is the step of the subnormal numbers, `2⁻⁹`.
    const ALIGN: u32 = 141 << 23;
    /// What the exponents' biases, 127 and 7, differ by, above three bits of mantissa.
    const REBIAS: u32 = (127 - 7) << 3;

    let magnitude = value.to_bits() & !(1 << 31);
    let half = 0x7_ffff + ((magnitude >> 20) & 1);
    let normal = (magnitude.wrapping_add(half) >> 20).wrapping_sub(REBIAS).min(LARGEST);
    let subnormal = (f32::from_bits(magnitude) + f32::from_bits(ALIGN)).to_bits().wrapping_sub(ALIGN);
    let rounded = if magnitude < NORMAL { subnormal } else { normal };
    let kept = if magnitude > f32::INFINITY.to_bits() { NAN } else { rounded };
    (kept | (value.to_bits() >> 24) & 0x80) as u8
}

/// The smallest `T` that is not below `lo`.
pub(crate) fn at_least<T: Element>(lo: f64) -> T {
    let nearest = T::nearest(lo);
    if nearest.widen() < lo { nearest.neighbour(true) } else { nearest }
}

/// The largest `T` that is not above `up`.
pub(crate) fn at_most<T: Element>(up: f64) -> T {
    let nearest = T::nearest(up);
    if nearest.widen() > up { nearest.neighbour(false) } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brackets<T: Element>() {
        for value in [0.1, -0.1, 0.3, -7.77, 1e-9, -1e-9, 0.0, 1.0, 300.1] {
            let (low, high) = (at_most::<T>(value).widen(), at_least::<T>(value).widen());
            assert!(low <= value && value <= high, "{}: {low} {value} {high}", T::NAME);
            let next = at_most::<T>(value).neighbour(true).widen();
            assert!(low == high || next == high, "{}: {low} and {high} are neighbours", T::NAME);
        }
    }

    #[test]
    fn bounds_move_inside_by_one_step_at_most() {
        brackets::<f32>();
        brackets::<f64>();
        brackets::<bf16>();
        brackets::<f16>();
        brackets::<F8E4M3>();
    }

    #[test]
    fn largest_values_are_the_types_own() {
        assert_eq!(bf16::MAX.to_f64(), <bf16 as Element>::MAX);
        assert_eq!(f16::MAX.to_f64(), <f16 as Element>::MAX);
        // The crate's own MAX is 416, one step below what its rounding reaches.
        assert_eq!(F8E4M3::from_bits(0x7e).to_f64(), <F8E4M3 as Element>::MAX);
        assert_eq!(F8E4M3::from_f32(460.0).to_f64(), <F8E4M3 as Element>::MAX);
    }

    /// Every 13th of the f32 bit patterns that are finite in bf16, ties included.
    #[test]
    fn bf16_rounds_as_the_library_does() {
        let step = if cfg!(miri) { 9_000_011 } else { 1301 };
        for bits in
            (0..0x7f7f_0000_u32).step_by(step).flat_map(|b| [b, b | 0x8000, b & !0x7fff | 0x8000_0000])
        {
            let mut out = [bf16::ZERO; TILE];
            round_bf16(&[f32::from_bits(bits); TILE], &mut out);
            assert_eq!(out[0], bf16::from_f32(f32::from_bits(bits)), "{bits:08x}");
        }
    }

    fn same_f8(bits: u32) {
        let value = f32::from_bits(bits);
        assert_eq!(f8_bits(value), F8E4M3::from_f32(value).to_bits(), "{bits:08x}");
    }

    /// All signs, exponents and leading seven bits of the mantissa, with what can follow: nothing, one bit,
    /// all bits. Ties and their neighbours are among them.
    #[test]
    fn f8_rounds_as_the_library_does() {
        let step = if cfg!(miri) { 997 } else { 1 };
        for top in (0..1_u32 << 16).step_by(step) {
            for rest in [0, 1, 0x7fff, 0x8000, 0xffff] {
                same_f8(top << 16 | rest);
            }
        }
    }

    #[test]
    #[ignore = "all 2^32 patterns: half a minute"]
    fn f8_rounds_as_the_library_does_everywhere() {
        (0..=u32::MAX).for_each(same_f8);
    }
}
