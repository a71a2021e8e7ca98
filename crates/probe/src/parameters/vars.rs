//! The variables of a map as a source.

use candle_core::{CpuStorage, DType, Device, Storage, Tensor, TensorId};
use candle_nn::VarMap;

use crate::Result;
use crate::parameters::source::{Entry, Source};

/// Variables in name order, each flat.
pub(crate) struct Vars {
    entries: Vec<Entry>,
    flat: Vec<Tensor>,
    ids: Vec<TensorId>,
}

impl Vars {
    /// The variables of a map.
    pub(crate) fn of(vars: &VarMap) -> Result<Self> {
        let named = candle_init::named_vars(vars);
        Self::named(named.iter().map(|(name, var)| (name.as_str(), var.as_tensor())))
    }

    /// Tensors with their names, which must be in order.
    pub(crate) fn named<'a>(tensors: impl Iterator<Item = (&'a str, &'a Tensor)>) -> Result<Self> {
        let (mut entries, mut flat, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for (name, tensor) in tensors {
            let (shape, count) = (tensor.dims().to_vec(), tensor.elem_count());
            entries.push(Entry { name: name.into(), shape, dtype: tensor.dtype().into(), count });
            flat.push(tensor.detach().flatten_all()?.contiguous()?);
            ids.push(tensor.id());
        }
        Ok(Self { entries, flat, ids })
    }

    /// The identity of each variable: one under two names is tied, not copied.
    pub(crate) fn ids(&self) -> &[TensorId] {
        &self.ids
    }
}

impl Source for Vars {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, tensor: usize, first: usize, out: &mut [u8]) -> Result<()> {
        let Some((flat, width)) = self.flat.get(tensor).zip(self.entries.get(tensor).and_then(Entry::width))
        else {
            return Ok(());
        };
        let part = flat.narrow(0, first, out.len() / width)?.to_device(&Device::Cpu)?;
        let (storage, layout) = part.storage_and_layout();
        let (start, _) = layout.contiguous_offsets().unwrap_or_default();
        if let Storage::Cpu(storage) = &*storage {
            copy(storage, start, out)?;
        }
        Ok(())
    }
}

/// Copies elements from `start` on as bytes.
fn copy(storage: &CpuStorage, start: usize, out: &mut [u8]) -> Result<()> {
    let bytes: (&[u8], usize) = match storage {
        CpuStorage::U8(v) => (v, 1),
        CpuStorage::F8E4M3(v) => (bytemuck::cast_slice(v), 1),
        CpuStorage::I16(v) => (bytemuck::cast_slice(v), 2),
        CpuStorage::BF16(v) => (bytemuck::cast_slice(v), 2),
        CpuStorage::F16(v) => (bytemuck::cast_slice(v), 2),
        CpuStorage::U32(v) => (bytemuck::cast_slice(v), 4),
        CpuStorage::I32(v) => (bytemuck::cast_slice(v), 4),
        CpuStorage::F32(v) => (bytemuck::cast_slice(v), 4),
        CpuStorage::I64(v) => (bytemuck::cast_slice(v), 8),
        CpuStorage::F64(v) => (bytemuck::cast_slice(v), 8),
        other => return Err(unmeasured(other)),
    };
    let (bytes, from) = (bytes.0, start * bytes.1);
    let part = bytes.get(from..from + out.len());
    let part = part.ok_or_else(|| candle_core::Error::msg("a tensor is shorter than its layout says"))?;
    out.copy_from_slice(part);
    Ok(())
}

fn unmeasured(storage: &CpuStorage) -> crate::Error {
    let dtype: DType = candle_core::backend::BackendStorage::dtype(storage);
    candle_core::Error::msg(format!("elements of {dtype:?} cannot be read")).into()
}
