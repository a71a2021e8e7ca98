//! Integers: counters and tables of positions, which rules describe as they do other values.

use candle_core::DType;

use crate::error::{Error, Result};

/// Values in between, at a time.
const PIECE: usize = 1 << 12;

/// Writes whole numbers, made by `values` from an element on, as integers.
///
/// # Errors
/// [`Error::Value`] for what is no integer of the dtype; [`Error::DType`] for a dtype without integers.
pub(crate) fn write(
    dtype: DType,
    out: &mut [u8],
    first: usize,
    values: &mut dyn FnMut(&mut [f64], usize) -> Result<()>,
) -> Result<()> {
    let size = dtype.size_in_bytes();
    for (i, bytes) in out.chunks_mut(PIECE * size).enumerate() {
        let mut wide = vec![0.0; bytes.len() / size];
        values(&mut wide, first + i * PIECE)?;
        for (j, (out, value)) in bytes.chunks_mut(size).zip(wide).enumerate() {
            put(dtype, out, value).ok_or(Error::Value { dtype, index: first + i * PIECE + j, value })?;
        }
    }
    Ok(())
}

/// One number in the machine's byte order, if the dtype has it.
fn put(dtype: DType, out: &mut [u8], value: f64) -> Option<()> {
    // Beyond 2⁵³ not every integer is an f64.
    let whole = (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0).then_some(value as i64)?;
    match dtype {
        DType::U8 => out.copy_from_slice(&u8::try_from(whole).ok()?.to_ne_bytes()),
        DType::U32 => out.copy_from_slice(&u32::try_from(whole).ok()?.to_ne_bytes()),
        DType::I16 => out.copy_from_slice(&i16::try_from(whole).ok()?.to_ne_bytes()),
        DType::I32 => out.copy_from_slice(&i32::try_from(whole).ok()?.to_ne_bytes()),
        DType::I64 => out.copy_from_slice(&whole.to_ne_bytes()),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_in_the_range_of_their_dtype() {
        for (dtype, least, most) in [
            (DType::U8, 0, u8::MAX.into()),
            (DType::U32, 0, u32::MAX.into()),
            (DType::I16, i16::MIN.into(), i16::MAX.into()),
            (DType::I32, i32::MIN.into(), i32::MAX.into()),
            (DType::I64, -(1_i64 << 53), 1_i64 << 53),
        ] {
            let size = dtype.size_in_bytes();
            for value in [least, 0, 3, most] {
                let mut out = vec![0xaa; size];
                assert_eq!(put(dtype, &mut out, value as f64), Some(()), "{dtype:?} {value}");
                let native = value.to_ne_bytes();
                let due = if cfg!(target_endian = "big") { &native[8 - size..] } else { &native[..size] };
                assert_eq!(out, due, "{dtype:?} {value}");
            }
            for value in [least as f64 - 2.0, most as f64 + 2.0, 0.5, f64::NAN, f64::INFINITY] {
                assert_eq!(put(dtype, &mut vec![0; size], value), None, "{dtype:?} {value}");
            }
        }
        assert_eq!(put(DType::F32, &mut [0; 4], 1.0), None);
    }

    /// The element is named, in whichever piece it is and wherever the first piece begins.
    #[test]
    fn what_is_no_integer_is_named_by_its_index() {
        let mut out = vec![0; 4 * (2 * PIECE + 3)];
        let mut half = |values: &mut [f64], first: usize| {
            let odd = |i: usize| if first + i == 10 + PIECE + 7 { 0.5 } else { 3.0 };
            values.iter_mut().enumerate().for_each(|(i, value)| *value = odd(i));
            Ok(())
        };
        let error = write(DType::I32, &mut out, 10, &mut half);
        assert!(
            matches!(error, Err(Error::Value { index, value: 0.5, .. }) if index == 17 + PIECE),
            "{error:?}"
        );
    }
}
