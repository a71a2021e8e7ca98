//! What the bodies of the generator and of the distributions are written in: sixteen lanes, and the operations on them.

use crate::key::{Key, Lanes};

/// Sixteen lanes of 32 bits, or of 64, by one set of instructions.
///
/// A value of the type is the proof that the processor has them. Every method is one operation of IEEE-754 binary32,
/// binary64 or of 32-bit integers, to the bit, so that a body written over this trait gives the same values by every kernel.
/// Sealed by its module, which nobody outside can name.
///
/// All methods are `#[inline(always)]`, and so must be whatever calls them: a function that is not inlined into the
/// one with the target feature, a closure too, is compiled without it.
pub trait Simd: Copy {
    /// Tiles of a step: computed side by side, because one alone leaves the multipliers waiting.
    const TILES: usize;
    /// Whether registers suffice for the four rows of a tile side by side.
    const WIDE: bool;
    /// Whether the numbers of a tile come from a call: where they take far longer than it, and a function that is not inlined
    /// loses nothing.
    const APART: bool;

    /// Sixteen `u32`.
    type Words: Copy;
    /// Sixteen `f32`.
    type Floats: Copy;
    /// Sixteen `f64`.
    type Doubles: Copy;
    /// Sixteen truth values.
    type Mask: Copy;

    /// The words of tiles `first ..` of the stream; `first` is a multiple of `N`.
    fn tiles<const N: usize>(self, key: &Key, first: u64) -> [[Self::Words; 4]; N];

    /// Sixteen words from memory.
    fn load(self, words: &Lanes<u32>) -> Self::Words;
    /// The same word in every lane.
    fn word(self, word: u32) -> Self::Words;
    /// `a & b`.
    fn and(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// `a | b`.
    fn or(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// `a ^ b`.
    fn xor(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// `a + b` modulo 2³².
    fn plus(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// `a − b` modulo 2³².
    fn minus(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// `a >> by`, zeros from the left.
    fn shift(self, a: Self::Words, by: u32) -> Self::Words;
    /// `a >> by` of signed numbers.
    fn signed_shift(self, a: Self::Words, by: u32) -> Self::Words;
    /// The smaller of two unsigned numbers.
    fn smaller(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// Whether `a < b` as signed numbers.
    fn signed_less(self, a: Self::Words, b: Self::Words) -> Self::Mask;
    /// `a` where the mask holds, else `b`.
    fn choose_word(self, mask: Self::Mask, a: Self::Words, b: Self::Words) -> Self::Words;

    /// The same number in every lane.
    fn float(self, value: f32) -> Self::Floats;
    /// The nearest floats to signed numbers.
    fn to_floats(self, a: Self::Words) -> Self::Floats;
    /// The bits of floats.
    fn bits(self, a: Self::Floats) -> Self::Words;
    /// The floats that have these bits.
    fn of_bits(self, a: Self::Words) -> Self::Floats;
    /// `a + b`.
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a − b`.
    fn sub(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a·b`.
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a·b + c` with one rounding.
    fn fma(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    /// `a` where `a > b`, else `b`.
    fn max(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a` where `a < b`, else `b`.
    fn min(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// Whether `a < b`.
    fn less(self, a: Self::Floats, b: Self::Floats) -> Self::Mask;
    /// Whether any lane of the mask holds.
    fn any(self, mask: Self::Mask) -> bool;
    /// `a` where the mask holds, else `b`.
    fn choose(self, mask: Self::Mask, a: Self::Floats, b: Self::Floats) -> Self::Floats;

    /// The same number in every lane.
    fn double(self, value: f64) -> Self::Doubles;
    /// Signed numbers, exactly.
    fn to_doubles(self, a: Self::Words) -> Self::Doubles;
    /// `a`, negated where the top bit of the word is set.
    fn negate(self, a: Self::Doubles, word: Self::Words) -> Self::Doubles;
    /// `a + b`.
    fn add_doubles(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    /// `a − b`.
    fn sub_doubles(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    /// `a·b`.
    fn mul_doubles(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    /// `a / b`.
    fn div_doubles(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    /// `a·b + c` with one rounding.
    fn fma_doubles(self, a: Self::Doubles, b: Self::Doubles, c: Self::Doubles) -> Self::Doubles;
    /// `a` where `a > b`, else `b`.
    fn max_doubles(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    /// `a` where `a < b`, else `b`.
    fn min_doubles(self, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;
    /// `a` where the number is below zero, else `b`.
    fn choose_negative(self, number: Self::Doubles, a: Self::Doubles, b: Self::Doubles) -> Self::Doubles;

    /// Doubles from memory.
    fn load_doubles(self, from: &Lanes<f64>) -> Self::Doubles;
    /// Doubles into memory.
    fn store_doubles(self, a: Self::Doubles, out: &mut Lanes<f64>);
    /// Floats into memory.
    fn store(self, a: Self::Floats, out: &mut Lanes<f32>);
    /// Floats into memory, as bits of the nearest binary16.
    fn store_binary16(self, a: Self::Floats, out: &mut Lanes<u16>);
    /// The lower halves of words into memory.
    fn store_halves(self, a: Self::Words, out: &mut Lanes<u16>);
    /// The lowest bytes of words into memory.
    fn store_bytes(self, a: Self::Words, out: &mut Lanes<u8>);
}
