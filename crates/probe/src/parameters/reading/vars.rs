//! Tensors in memory, read through candle.

use candle_core::{Device, Storage, Tensor};
use candle_nn::VarMap;

use crate::error::Result;
use crate::parameters::reading::dtype;
use crate::parameters::reading::stored::{Elements, Stored};

/// The variables of a map, in name order.
pub(crate) fn of(vars: &VarMap) -> Result<Vec<Stored>> {
    candle_init::named_vars(vars).iter().map(|(name, var)| stored(name, var.as_tensor())).collect()
}

/// A tensor under a name.
pub(crate) fn stored(name: &str, tensor: &Tensor) -> Result<Stored> {
    let (shape, count) = (tensor.dims().to_vec(), tensor.elem_count());
    let elements = Box::new(Flat(tensor.detach().flatten_all()?.contiguous()?));
    let (name, dtype) = (name.into(), tensor.dtype().into());
    Ok(Stored { name, shape, dtype, count, id: Some(tensor.id()), elements })
}

/// A contiguous tensor of rank 1.
struct Flat(Tensor);

impl Elements for Flat {
    fn read(&self, first: usize, out: &mut [u8]) -> Result<()> {
        let dtype = self.0.dtype();
        let unreadable = || candle_core::Error::msg(format!("elements of {dtype:?} cannot be read"));
        let width = dtype::width(dtype.into()).ok_or_else(unreadable)?;
        let part = self.0.narrow(0, first, out.len() / width)?.to_device(&Device::Cpu)?;
        let (storage, layout) = part.storage_and_layout();
        let start = layout.start_offset() * width;
        let bytes = match &*storage {
            Storage::Cpu(storage) => dtype::bytes(storage),
            _ => None,
        };
        let bytes = bytes.and_then(|bytes| bytes.get(start..start + out.len())).ok_or_else(unreadable)?;
        out.copy_from_slice(bytes);
        Ok(())
    }
}
