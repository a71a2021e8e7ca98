//! The dtypes of a file or a tensor, and their values as numbers.

use bytemuck::{AnyBitPattern, NoUninit};
use float8::{F8E4M3, F8E5M2};
use half::{bf16, f16};
use safetensors::Dtype;

use crate::parameters::sums::{BLOCK, Real, Sums};

/// The dtype as candle spells it: `f32`, `f8e4m3`.
pub(crate) fn name(dtype: Dtype) -> String {
    dtype.to_string().to_ascii_lowercase().replace('_', "")
}

/// Bytes of an element; `None` for a dtype whose elements are not measured, since they are packed, complex or
/// have no agreed number.
pub(crate) fn width(dtype: Dtype) -> Option<usize> {
    use Dtype::{BF16, BOOL, F8_E4M3, F8_E5M2, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};
    match dtype {
        BOOL | U8 | I8 | F8_E4M3 | F8_E5M2 => Some(1),
        I16 | U16 | F16 | BF16 => Some(2),
        I32 | U32 | F32 => Some(4),
        I64 | U64 | F64 => Some(8),
        _ => None,
    }
}

/// What rounding to a dtype does to a number: the relative step, and the smallest absolute one. `None` for what
/// is not a weight: integers and dtypes that are not measured.
pub(crate) fn steps(dtype: Dtype) -> Option<(f64, f64)> {
    let binary = |digits: i32, smallest: i32| Some((2_f64.powi(-digits), 2_f64.powi(smallest)));
    match dtype {
        Dtype::F64 => binary(52, -1074),
        Dtype::F32 => binary(23, -149),
        Dtype::F16 => binary(10, -24),
        Dtype::BF16 => binary(7, -133),
        Dtype::F8_E4M3 => binary(3, -9),
        Dtype::F8_E5M2 => binary(2, -16),
        _ => None,
    }
}

/// Memory for a chunk of elements, aligned for every dtype.
#[derive(Default)]
pub(crate) struct Buffer(Vec<u64>);

impl Buffer {
    /// The first `count` bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> &mut [u8] {
        let words = count.div_ceil(8);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.0);
        bytes.get_mut(..count).unwrap_or_default()
    }
}

/// The elements of native bytes as slices of their type. Bytes that are not aligned or whole give none.
fn typed<T: AnyBitPattern + NoUninit>(bytes: &[u8]) -> &[T] {
    bytemuck::try_cast_slice(bytes).unwrap_or_default()
}

/// One expression for every dtype, over the elements as a typed slice and a function that widens one to the
/// `f32` or `f64` that holds it.
macro_rules! each {
    ($dtype:expr, $bytes:expr, |$values:ident, $wide:ident| $body:expr) => {
        each!(@ $dtype, $bytes, $values, $wide, $body,
            F32: f32 = |x: f32| x, F64: f64 = |x: f64| x,
            BF16: bf16 = bf16_wide, F16: f16 = f16::to_f32,
            F8_E4M3: u8 = |x| F8E4M3::from_bits(x).to_f32(), F8_E5M2: u8 = |x| F8E5M2::from_bits(x).to_f32(),
            BOOL: u8 = f32::from, U8: u8 = f32::from, I8: i8 = f32::from,
            I16: i16 = f32::from, U16: u16 = f32::from, I32: i32 = f64::from, U32: u32 = f64::from,
            I64: i64 = |x| x as f64, U64: u64 = |x| x as f64)
    };
    (@ $dtype:expr, $bytes:expr, $values:ident, $wide:ident, $body:expr,
        $($name:ident: $element:ty = $function:expr),*) => {
        match $dtype {
            $(Dtype::$name => {
                let ($values, $wide) = (typed::<$element>($bytes), $function);
                $body
            })*
            _ => {
                let ($values, $wide) = (&[] as &[f32], |x: f32| x);
                $body
            }
        }
    };
}

/// The upper half of an `f32`; written so that a compiler makes vectors of it.
#[inline(always)]
fn bf16_wide(x: bf16) -> f32 {
    f32::from_bits(u32::from(x.to_bits()) << 16)
}

/// The sums of the elements, compiled for the machine's vectors.
pub(crate) fn sums(dtype: Dtype, bytes: &[u8]) -> Sums {
    let arch = pulp::Arch::new();
    match dtype {
        // Where they lie, without a copy.
        Dtype::F32 => arch.dispatch(InPlace(typed::<f32>(bytes))),
        Dtype::F64 => arch.dispatch(InPlace(typed::<f64>(bytes))),
        _ => each!(dtype, bytes, |values, wide| arch.dispatch(Widened(values, wide))),
    }
}

/// Sums of elements where they lie. A value and not a closure, since only what is always inlined is compiled
/// for the vectors of its caller.
struct InPlace<'a, T>(&'a [T]);

impl<T: Real> pulp::NullaryFnOnce for InPlace<'_, T> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        Sums::new(self.0)
    }
}

/// Sums of elements that are widened first.
struct Widened<'a, T, F>(&'a [T], F);

impl<T: Copy, R: Real, F: Fn(T) -> R> pulp::NullaryFnOnce for Widened<'_, T, F> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        widened(self.0, self.1)
    }
}

/// The sums of elements that are widened a block at a time.
#[inline(always)]
fn widened<T: Copy, R: Real>(values: &[T], wide: impl Fn(T) -> R) -> Sums {
    let (mut block, mut all) = ([R::default(); BLOCK], Sums::NONE);
    for values in values.chunks(BLOCK) {
        for (to, &from) in block.iter_mut().zip(values) {
            *to = wide(from);
        }
        all = all.and(Sums::new(block.get(..values.len()).unwrap_or_default()));
    }
    all
}

/// The elements at some places, in `f64`: exact but for integers beyond 2⁵³.
pub(crate) fn values(dtype: Dtype, bytes: &[u8], places: impl Iterator<Item = usize>) -> Vec<f64> {
    each!(dtype, bytes, |values, wide| {
        places.filter_map(|place| values.get(place)).map(|&x| wide(x).wide()).collect()
    })
}
