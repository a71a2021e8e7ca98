//! The dtypes that a stream can fill, and the one rounding that leads to them.

use float8::F8E4M3;
use half::{bf16, f16};

use crate::kernel::Simd;
use crate::key::Lanes;
use crate::sealed::Sealed;
use crate::transform::Wide;

/// A floating-point type that a stream fills: `f64`, `f32`, `bf16`, `f16`, `F8E4M3`.
///
/// `f64` is computed in binary64 from 64-bit words. Everything else is the `f32` value rounded
/// once, to nearest even, and moved inside the bounds of a distribution that has them. Sealed: the
/// list is part of the contract.
pub trait Dtype: Sealed + bytemuck::Pod + PartialEq + Send + Sync + 'static {
    /// The type its values are computed in before the rounding.
    type Wide: Wide;
    /// The name that candle and safetensors give the type.
    const NAME: &'static str;
    /// The largest finite value.
    const MAX: f64;

    /// Rounds a row, to nearest even, on its way into memory.
    #[doc(hidden)]
    fn store<S: Simd>(simd: S, row: <Self::Wide as Wide>::Row<S>, out: &mut Lanes<Self>);
    /// Rounds one number, by way of [`Dtype::Wide`].
    fn nearest(value: f64) -> Self;
    /// The value, exactly.
    fn widen(self) -> f64;
    /// The next value towards +∞ (`towards_max`) or −∞; only asked inside the finite range.
    #[doc(hidden)]
    fn neighbour(self, towards_max: bool) -> Self;
}

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

macro_rules! dtype {
    ($type:ty, $wide:ty, $name:literal, $max:expr, |$simd:ident, $row:ident, $o:ident| $store:expr, |$v:ident| $nearest:expr, |$s:ident| $widen:expr) => {
        impl Dtype for $type {
            type Wide = $wide;
            const NAME: &'static str = $name;
            const MAX: f64 = $max;

            #[inline(always)]
            fn store<S: Simd>($simd: S, $row: <$wide as Wide>::Row<S>, $o: &mut Lanes<Self>) {
                $store
            }
            fn nearest($v: f64) -> Self {
                $nearest
            }
            fn widen(self) -> f64 {
                let $s = self;
                $widen
            }
            fn neighbour(self, towards_max: bool) -> Self {
                neighbour!(self, towards_max)
            }
        }
    };
}

dtype!(f64, f64, "f64", f64::MAX, |simd, row, o| simd.store_doubles(row, o), |v| v, |s| s);
dtype!(f32, f32, "f32", f32::MAX as f64, |simd, row, o| simd.store(row, o), |v| v as f32, |s| f64::from(s));
dtype!(
    bf16,
    f32,
    "bf16",
    3.389_531_389_251_535_5e38,
    |simd, row, o| simd.store_halves(to_bf16(simd, row), bytemuck::cast_mut(o)),
    |v| Self::from_f32(v as f32),
    |s| s.to_f64()
);
dtype!(
    f16,
    f32,
    "f16",
    65504.0,
    |simd, row, o| simd.store_binary16(row, bytemuck::cast_mut(o)),
    |v| Self::from_f32(v as f32),
    |s| s.to_f64()
);
dtype!(
    F8E4M3,
    f32,
    "f8e4m3",
    448.0,
    |simd, row, o| simd.store_bytes(to_f8e4m3(simd, row), bytemuck::cast_mut(o)),
    |v| Self::from_f32(v as f32),
    |s| s.to_f64()
);

/// The nearest bf16 as bits, of numbers: a row has no NaN.
///
/// AVX-512 has an instruction for it, which takes numbers below 2⁻¹²⁶ for zeros.
#[inline(always)]
fn to_bf16<S: Simd>(simd: S, row: S::Floats) -> S::Words {
    let bits = simd.bits(row);
    let odd = simd.and(simd.shift(bits, 16), simd.word(1));
    simd.shift(simd.plus(bits, simd.plus(odd, simd.word(0x7fff))), 16)
}

/// The nearest F8E4M3 as bits, saturating, of numbers: `F8E4M3::from_f32` without a branch or an `f64`.
#[inline(always)]
fn to_f8e4m3<S: Simd>(simd: S, row: S::Floats) -> S::Words {
    const LARGEST: u32 = 0x7e;
    /// Least normal number, `2⁻⁶`.
    const NORMAL: u32 = 121 << 23;
    /// `2¹⁴`, whose unit in the last place is the step of the subnormal numbers, `2⁻⁹`.
    const ALIGN: u32 = 141 << 23;
    /// What the exponents' biases, 127 and 7, differ by, above three bits of mantissa.
    const REBIAS: u32 = (127 - 7) << 3;

    let magnitude = simd.and(simd.bits(row), simd.word(0x7fff_ffff));
    let odd = simd.and(simd.shift(magnitude, 20), simd.word(1));
    let rounded = simd.shift(simd.plus(magnitude, simd.plus(odd, simd.word(0x7_ffff))), 20);
    let normal = simd.smaller(simd.minus(rounded, simd.word(REBIAS)), simd.word(LARGEST));
    let aligned = simd.add(simd.of_bits(magnitude), simd.of_bits(simd.word(ALIGN)));
    let subnormal = simd.minus(simd.bits(aligned), simd.word(ALIGN));
    let small = simd.signed_less(magnitude, simd.word(NORMAL));
    let sign = simd.and(simd.shift(simd.bits(row), 24), simd.word(0x80));
    simd.or(simd.choose_word(small, subnormal, normal), sign)
}

/// The smallest `T` that is not below `lo`.
pub(crate) fn at_least<T: Dtype>(lo: f64) -> T {
    let nearest = T::nearest(lo);
    if nearest.widen() < lo { nearest.neighbour(true) } else { nearest }
}

/// The largest `T` that is not above `up`.
pub(crate) fn at_most<T: Dtype>(up: f64) -> T {
    let nearest = T::nearest(up);
    if nearest.widen() > up { nearest.neighbour(false) } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Job, Kernel};
    use crate::key::LANES;

    fn brackets<T: Dtype>() {
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
        assert_eq!(bf16::MAX.to_f64(), <bf16 as Dtype>::MAX);
        assert_eq!(f16::MAX.to_f64(), <f16 as Dtype>::MAX);
        // The crate's own MAX is 416, one step below what its rounding reaches.
        assert_eq!(F8E4M3::from_bits(0x7e).to_f64(), <F8E4M3 as Dtype>::MAX);
        assert_eq!(F8E4M3::from_f32(460.0).to_f64(), <F8E4M3 as Dtype>::MAX);
    }

    /// A row of one value, rounded by the portable kernel.
    fn rounded<T: Dtype<Wide = f32>>(value: f32) -> T {
        struct Row<'a, T>(f32, &'a mut Lanes<T>);
        impl<T: Dtype<Wide = f32>> Job for Row<'_, T> {
            fn run<S: Simd>(self, simd: S) {
                T::store(simd, simd.float(self.0), self.1);
            }
        }
        let mut out = [T::nearest(0.0); LANES];
        Kernel::Portable.run(Row(value, &mut out));
        out[0]
    }

    /// Every 1301st of the f32 bit patterns that are finite in bf16, ties included.
    #[test]
    fn bf16_rounds_as_the_library_does() {
        let step = if cfg!(miri) { 9_000_011 } else { 1301 };
        for bits in
            (0..0x7f7f_0000_u32).step_by(step).flat_map(|b| [b, b | 0x8000, b & !0x7fff | 0x8000_0000])
        {
            let value = f32::from_bits(bits);
            assert_eq!(rounded::<bf16>(value), bf16::from_f32(value), "{bits:08x}");
        }
    }

    fn same_f8(bits: u32) {
        let value = f32::from_bits(bits);
        if !value.is_nan() {
            assert_eq!(rounded::<F8E4M3>(value).to_bits(), F8E4M3::from_f32(value).to_bits(), "{bits:08x}");
        }
    }

    /// All signs, exponents and leading seven bits of the mantissa, with what can follow: nothing, one bit,
    /// all bits. Ties and their neighbours are among them.
    #[test]
    fn f8_rounds_as_the_library_does() {
        let step = if cfg!(miri) { 1999 } else { 1 };
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
