//! The header of a safetensors file, with every length checked before it is used.

use std::fmt;
use std::sync::Arc;

use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

/// Bytes of the length at the start.
pub(crate) const PREFIX: u64 = 8;

/// The longest header, as the safetensors crate has it. Read, it takes up to ten times its length in memory: it may list
/// a tensor in 55 bytes.
pub(crate) const LONGEST: u64 = 100_000_000;

/// What is wrong with a header, and where in the file.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) offset: u64,
    pub(crate) what: String,
}

fn wrong<T>(offset: u64, what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { offset, what: what.into() })
}

/// The header's length, which a file of `file` bytes starts with.
pub(crate) fn length(prefix: [u8; 8], file: u64) -> Result<u64, Wrong> {
    let length = u64::from_le_bytes(prefix);
    if length > LONGEST {
        return wrong(0, format!("the header is {length} bytes long, and {LONGEST} is the most"));
    }
    if length > file.saturating_sub(PREFIX) {
        return wrong(0, format!("the header is {length} bytes long, but the file has only {file} bytes"));
    }
    Ok(length)
}

/// A tensor and where its bytes lie in the file.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) name: Arc<str>,
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: Dtype,
    /// How many elements.
    pub(crate) count: usize,
    /// How many bytes.
    pub(crate) size: usize,
    pub(crate) offset: u64,
}

/// The tensors in name order. Their bytes must follow one another without a hole and end with the file, as the
/// format says.
pub(crate) fn tensors(header: &[u8], file: u64) -> Result<Vec<Placed>, Wrong> {
    let Listed(infos) = serde_json::from_slice(header).map_err(|error| Wrong {
        offset: PREFIX + byte_of(header, &error),
        what: format!("the header is damaged: {error}"),
    })?;
    let data = PREFIX + header.len() as u64;
    let placed = placed(infos, data)?;
    let end = placed.last().map_or(data, |last| last.offset.saturating_add(last.size as u64));
    if end != file {
        let cut = if file < end { ", which was cut" } else { "" };
        return wrong(end.min(file), format!("the tensors end at {end}, but the file at {file}{cut}"));
    }
    in_name_order(placed)
}

/// The tensors in the order of their bytes.
fn placed(mut infos: Vec<(Arc<str>, TensorInfo)>, data: u64) -> Result<Vec<Placed>, Wrong> {
    infos.sort_unstable_by_key(|(_, info)| info.data_offsets);
    let (mut next, mut placed) = (0, Vec::with_capacity(infos.len()));
    for (name, info) in infos {
        let (start, end) = info.data_offsets;
        let offset = data.saturating_add(next as u64);
        if start != next || end < start {
            let what = format!("`{name}` lies at {start}..{end} of the data, and {next} is expected");
            return wrong(offset, what);
        }
        let count = elements(&info).map_err(|what| Wrong { offset, what: format!("`{name}` {what}") })?;
        placed.push(Placed { name, shape: info.shape, dtype: info.dtype, count, size: end - start, offset });
        next = end;
    }
    Ok(placed)
}

fn in_name_order(mut placed: Vec<Placed>) -> Result<Vec<Placed>, Wrong> {
    placed.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    match placed.windows(2).find(|pair| matches!(pair, [a, b] if a.name == b.name)) {
        Some([_, second]) => wrong(second.offset, format!("`{}` is listed twice", second.name)),
        _ => Ok(placed),
    }
}

/// How many elements a tensor has, if its bytes are that many.
fn elements(info: &TensorInfo) -> Result<usize, String> {
    let (start, end) = info.data_offsets;
    let shape = &info.shape;
    // What is empty may have other dimensions that no memory could hold.
    let product = match shape.contains(&0) {
        true => Some(0),
        false => shape.iter().copied().try_fold(1_usize, usize::checked_mul),
    };
    let counted = product.and_then(|count| Some((count, count.checked_mul(info.dtype.bitsize())?)));
    let (count, bits) = counted.ok_or_else(|| format!("{shape:?} has more elements than can be counted"))?;
    let (dtype, bytes) = (info.dtype, end - start);
    if !bits.is_multiple_of(8) {
        return Err(format!("{shape:?} of {dtype} has {bits} bits, which are no whole bytes"));
    }
    if bits / 8 != bytes {
        return Err(format!("{shape:?} of {dtype} takes {} bytes, but has {bytes}", bits / 8));
    }
    Ok(count)
}

/// The byte of the header at which the reader's error lies.
fn byte_of(header: &[u8], error: &serde_json::Error) -> u64 {
    let lines = header.split_inclusive(|&byte| byte == b'\n').take(error.line().saturating_sub(1));
    let before = lines.map(<[u8]>::len).sum::<usize>();
    (before + error.column().saturating_sub(1)).min(header.len()) as u64
}

/// Names and tensors as they are listed; free text under `__metadata__` is passed over.
struct Listed(Vec<(Arc<str>, TensorInfo)>);

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Listed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a dtype, a shape and data_offsets for each name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listed, A::Error> {
                let mut tensors = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        let info = map.next_value::<TensorInfo>();
                        let info = info.map_err(|e| A::Error::custom(format!("tensor `{name}`: {e}")))?;
                        tensors.push((name.into(), info));
                    }
                }
                Ok(Listed(tensors))
            }
        }
        deserializer.deserialize_map(List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In whichever line it stands.
    #[test]
    fn an_error_lies_where_the_reader_stopped() {
        for (header, at) in [("{\"a\": x}", 6), ("{\n\"a\": x}", 7), ("{\n\n  \"a\":\n x}", 11)] {
            let error = serde_json::from_str::<serde_json::Value>(header).unwrap_err();
            assert_eq!(byte_of(header.as_bytes(), &error), at, "{header}");
        }
    }
}
