//! The dtypes of a file or a tensor: which type stands behind each, and what follows from it.

use candle_core::CpuStorage;
use candle_init_checkpoint::Dtype;
use float8::{F8E4M3, F8E5M2};
use half::{bf16, f16};

use crate::parameters::reading::element::Element;
use crate::statistics::real::Real;
use crate::statistics::sums::Sums;

/// An expression with `$element` as the type behind a dtype; the other one for dtypes whose elements are not measured,
/// since they are packed, complex or have no agreed number.
macro_rules! behind {
    ($dtype:expr, $element:ident => $body:expr, _ => $other:expr) => {
        behind!(@ $dtype, $element, $body, $other;
            F32: f32, F64: f64, BF16: bf16, F16: f16, F8_E4M3: F8E4M3, F8_E5M2: F8E5M2, BOOL: u8,
            U8: u8, I8: i8, I16: i16, U16: u16, I32: i32, U32: u32, I64: i64, U64: u64)
    };
    (@ $dtype:expr, $element:ident, $body:expr, $other:expr; $($name:ident: $type:ty),*) => {
        match $dtype {
            $(Dtype::$name => {
                type $element = $type;
                $body
            })*
            _ => $other,
        }
    };
}

/// The dtype as candle spells it: `f32`, `f8e4m3`.
pub(crate) fn name(dtype: Dtype) -> String {
    dtype.to_string().to_ascii_lowercase().replace('_', "")
}

/// Bytes of an element; `None` for a dtype whose elements are not measured.
pub(crate) fn width(dtype: Dtype) -> Option<usize> {
    behind!(dtype, T => Some(size_of::<T>()), _ => None)
}

/// The sums of the elements.
pub(crate) fn sums(dtype: Dtype, bytes: &[u8]) -> Sums {
    behind!(dtype, T => T::sums(typed(bytes)), _ => Sums::NONE)
}

/// The elements at some indices, in `f64`: exact but for integers beyond 2⁵³.
pub(crate) fn values(dtype: Dtype, bytes: &[u8], indices: impl Iterator<Item = usize>) -> Vec<f64> {
    behind!(dtype, T => {
        let elements = typed::<T>(bytes);
        indices.filter_map(|index| elements.get(index)).map(|element| element.widened().wide()).collect()
    }, _ => Vec::new())
}

/// The elements of native bytes as slices of their type. Bytes that are not aligned or whole give none.
fn typed<T: Element>(bytes: &[u8]) -> &[T] {
    bytemuck::try_cast_slice(bytes).unwrap_or_default()
}

/// The elements of a tensor in memory, as native bytes; `None` for dtypes whose elements are not measured.
pub(crate) fn bytes(storage: &CpuStorage) -> Option<&[u8]> {
    use bytemuck::cast_slice;
    Some(match storage {
        CpuStorage::U8(elements) => elements,
        CpuStorage::U32(elements) => cast_slice(elements),
        CpuStorage::I16(elements) => cast_slice(elements),
        CpuStorage::I32(elements) => cast_slice(elements),
        CpuStorage::I64(elements) => cast_slice(elements),
        CpuStorage::BF16(elements) => cast_slice(elements),
        CpuStorage::F16(elements) => cast_slice(elements),
        CpuStorage::F32(elements) => cast_slice(elements),
        CpuStorage::F64(elements) => cast_slice(elements),
        CpuStorage::F8E4M3(elements) => cast_slice(elements),
        _ => return None,
    })
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
