//! A safetensors file about to be written: the bytes of its header, and where each tensor goes.

use std::collections::{BTreeMap, BTreeSet};

use safetensors::Dtype;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::file::LONGEST;

/// The layout of a safetensors file, from names, dtypes and shapes alone: the same bytes every time, whoever writes
/// them and in whatever order the tensors are given.
///
/// Tensors lie one after another without a hole, those of wider dtypes first and then by name, as the safetensors crate
/// orders them; keys of the header are in the order of the file, and spaces pad it to a multiple of 8. (That crate's own
/// headers differ from one write to the next where there are two entries of metadata.)
///
/// ```
/// use std::collections::BTreeMap;
/// use candle_init_checkpoint::{Dtype, Layout};
/// let tensors = [("fc.bias", Dtype::F32, vec![2]), ("fc.weight", Dtype::F32, vec![2, 3])];
/// let layout = Layout::new(tensors, &BTreeMap::from([("format".into(), "pt".into())]))?;
/// let weight = layout.tensors().last().unwrap();
/// assert_eq!((weight.name.as_str(), weight.offset, weight.size), ("fc.weight", layout.size() - 24, 24));
/// let file = [layout.header(), &[0; 32]].concat();
/// assert!(safetensors::SafeTensors::deserialize(&file).is_ok());
/// # Ok::<(), candle_init_checkpoint::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Layout {
    header: Vec<u8>,
    tensors: Vec<Slot>,
    size: u64,
}

/// A tensor of a [`Layout`], and where its bytes go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its first byte in the file.
    pub offset: u64,
    /// How many bytes it has.
    pub size: u64,
}

impl Layout {
    /// The layout of a file with these tensors and this metadata.
    ///
    /// # Errors
    /// [`Error::Layout`] for a name that two tensors have or that the format keeps for itself, a tensor that is no whole
    /// number of bytes, and more bytes than a file or a header can have.
    pub fn new<N: Into<String>>(
        tensors: impl IntoIterator<Item = (N, Dtype, Vec<usize>)>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let mut tensors: Vec<_> = tensors
            .into_iter()
            .map(|(name, dtype, shape)| slot(name.into(), dtype, shape))
            .collect::<Result<_>>()?;
        tensors.sort_by(|a, b| b.dtype.cmp(&a.dtype).then_with(|| a.name.cmp(&b.name)));
        once(&tensors)?;
        let mut end = 0_u64;
        for tensor in &mut tensors {
            tensor.offset = end;
            end = end.checked_add(tensor.size).ok_or_else(|| wrong(&tensor.name, TOO_LARGE))?;
        }
        let header = header(&tensors, metadata)?;
        let data = header.len() as u64;
        let last = || wrong(tensors.last().map_or("", |last| &last.name), TOO_LARGE);
        let size = end.checked_add(data).filter(|size| *size <= i64::MAX as u64).ok_or_else(last)?;
        tensors.iter_mut().for_each(|tensor| tensor.offset += data);
        Ok(Self { header, tensors, size })
    }

    /// The first bytes of the file: the header's length and the header.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The tensors in the order of the file: each begins where the one before it ends, and the first after the header.
    #[must_use]
    pub fn tensors(&self) -> &[Slot] {
        &self.tensors
    }

    /// Bytes of the whole file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

const TOO_LARGE: &str = "would end past 2⁶³ bytes, which no file has: split the model into more files";

fn wrong(tensor: &str, what: impl Into<String>) -> Error {
    Error::Layout { tensor: tensor.into(), what: what.into() }
}

/// A tensor without a place.
fn slot(name: String, dtype: Dtype, shape: Vec<usize>) -> Result<Slot> {
    if name == METADATA {
        return Err(wrong(&name, "has the name that the format keeps for metadata: give it another"));
    }
    let uncountable = || wrong(&name, format!("has more bytes as {dtype} {shape:?} than can be counted"));
    let bits = match shape.contains(&0) {
        true => Some(0),
        false => shape.iter().try_fold(dtype.bitsize() as u128, |bits, &dim| bits.checked_mul(dim as u128)),
    };
    let bits = bits.ok_or_else(uncountable)?;
    if !bits.is_multiple_of(8) {
        let what = format!("has {bits} bits as {dtype} {shape:?}: whole bytes are required");
        return Err(wrong(&name, what));
    }
    let size = u64::try_from(bits / 8).map_err(|_| uncountable())?;
    Ok(Slot { name, dtype, shape, offset: 0, size })
}

const METADATA: &str = "__metadata__";

fn once(tensors: &[Slot]) -> Result<()> {
    let mut seen = BTreeSet::new();
    let twice = tensors.iter().find(|tensor| !seen.insert(&tensor.name));
    twice.map_or(Ok(()), |tensor| Err(wrong(&tensor.name, "is there twice: each name once is required")))
}

fn header(tensors: &[Slot], metadata: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut text = String::from("{");
    let mut add = |name: &str, value: Value| {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&format!("{}:{value}", Value::from(name)));
    };
    if !metadata.is_empty() {
        let sorted: Map<_, _> =
            metadata.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
        add(METADATA, sorted.into());
    }
    for Slot { name, dtype, shape, offset, size } in tensors {
        // In the order of their names, which is serde_json's own unless a feature of it keeps the order of insertion.
        add(name, json!({"data_offsets": [offset, offset + size], "dtype": dtype, "shape": shape}));
    }
    text.push('}');
    text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
    if text.len() as u64 > LONGEST {
        let what = format!(
            "makes the header {} bytes long, and {LONGEST} is the most: split the model into more files",
            text.len()
        );
        return Err(wrong(tensors.last().map_or("", |last| &last.name), what));
    }
    let length = (text.len() as u64).to_le_bytes();
    Ok([&length[..], text.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(tensors: &[(&str, Dtype, &[usize])]) -> Result<Layout> {
        let pt = BTreeMap::from([("format".into(), "pt".into()), ("a".into(), "\"é\n".into())]);
        Layout::new(tensors.iter().map(|(name, dtype, shape)| (*name, *dtype, shape.to_vec())), &pt)
    }

    #[test]
    fn readers_find_every_tensor_in_its_place() {
        let tensors: &[(&str, Dtype, &[usize])] = &[
            ("b.bf16", Dtype::BF16, &[3]),
            ("count", Dtype::I64, &[]),
            ("a.f32", Dtype::F32, &[2, 2]),
            ("none", Dtype::F32, &[0, 4]),
            ("mask\"\n", Dtype::BOOL, &[5]),
        ];
        let layout = layout(tensors).unwrap();
        let mut file = layout.header().to_vec();
        file.extend((0..layout.size() - file.len() as u64).map(|i| i as u8));
        let (length, read) = safetensors::SafeTensors::read_metadata(&file).unwrap();
        assert_eq!((length + 8, length % 8), (layout.header().len(), 0));
        for tensor in layout.tensors() {
            let info = read.info(&tensor.name).unwrap();
            assert_eq!((info.dtype, &info.shape), (tensor.dtype, &tensor.shape));
            let offset = tensor.offset - layout.header().len() as u64;
            assert_eq!(info.data_offsets, (offset as usize, (offset + tensor.size) as usize));
        }
        assert_eq!(layout.tensors().first().unwrap().name, "count"); // the widest dtype
    }

    #[test]
    fn the_order_of_what_is_given_changes_nothing() {
        let mut tensors = [("a", Dtype::F32, &[1][..]), ("b", Dtype::BF16, &[2]), ("c", Dtype::F32, &[3])];
        let first = layout(&tensors).unwrap();
        tensors.reverse();
        assert_eq!(first.header(), layout(&tensors).unwrap().header());
    }

    #[test]
    fn what_no_file_can_hold_is_refused() {
        let refused = |tensors: &[(&str, Dtype, &[usize])]| layout(tensors).unwrap_err().to_string();
        assert!(refused(&[("a", Dtype::F32, &[1]), ("a", Dtype::F16, &[1])]).contains("`a` is there twice"));
        assert!(refused(&[("__metadata__", Dtype::F32, &[1])]).contains("another"));
        assert!(refused(&[("a", Dtype::F4, &[3])]).contains("12 bits"));
        assert!(refused(&[("a", Dtype::F64, &[1 << 32, 1 << 32])]).contains("counted"));
        assert!(refused(&[("a", Dtype::U8, &[1 << 62]), ("b", Dtype::U8, &[1 << 62])]).contains("2⁶³"));
        assert!(layout(&[("a", Dtype::F64, &[0, 1 << 62, 1 << 62])]).is_ok());
        assert!(layout(&[]).is_ok());
    }
}
