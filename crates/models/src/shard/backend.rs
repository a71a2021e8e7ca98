//! A `VarBuilder` for tensor-parallel models, without files.

use std::collections::HashMap;

use candle_core::{DType, Device, Shape, Tensor};
use candle_init_checkpoint::nearest;
use candle_nn::var_builder::{Backend, Shard, VarBuilderArgs};

use crate::error::{Error, Result};
use crate::manifest::{Entry, Manifest};
use crate::part::Part;
use crate::shard::share::equal;

/// The tensors of a manifest, or equal parts of them, as candle's tensor-parallel models ask for them: what
/// `ShardedSafeTensors` reads from the finished model's files, made in place.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_init::{Initializer, init};
/// use candle_init_models::{Dtype, Plan, shapes};
/// use candle_nn::var_builder::Shard;
/// let tensors = shapes(r#"{"up.weight": [8, 4]}"#, Dtype::BF16)?;
/// let manifest = Plan::new(tensors).manifest(&Initializer::new(1).rule("*", init::HE_NORMAL))?;
/// let vb = manifest.sharded(DType::F32, &Device::Cpu);
/// let half = vb.pp("up").get_with_hints((), "weight", Shard { dim: 0, rank: 1, world_size: 2 })?;
/// assert_eq!(half.dims(), [4, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sharded {
    manifest: Manifest,
    /// File and place of each tensor by name.
    index: HashMap<String, (usize, usize)>,
}

impl Manifest {
    /// A `VarBuilder` over this model, generic models of which take it with [`Shard`] hints. A shape of `()` means "as
    /// planned", and the values are those of the files, converted to `dtype` as candle converts them.
    #[must_use]
    pub fn sharded(&self, dtype: DType, device: &Device) -> VarBuilderArgs<'static, Sharded> {
        let mut index = HashMap::new();
        for (file, planned) in self.files.iter().enumerate() {
            index
                .extend(planned.tensors.iter().enumerate().map(|(i, entry)| (entry.name.clone(), (file, i))));
        }
        VarBuilderArgs::new_with_args(Sharded { manifest: self.clone(), index }, dtype, device)
    }
}

impl Sharded {
    fn entry(&self, name: &str) -> Result<&Entry> {
        let found =
            self.index.get(name).and_then(|(file, i)| self.manifest.files.get(*file)?.tensors.get(*i));
        found.ok_or_else(|| {
            let near = nearest(name, self.index.keys().map(String::as_str));
            let hint = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            Error::Tensor { tensor: name.into(), what: format!("is not of this model{hint}") }
        })
    }

    fn part(&self, asked: &Shape, name: &str, shard: Shard, dtype: DType, device: &Device) -> Result<Tensor> {
        let entry = self.entry(name)?;
        let mut region: Vec<_> = entry.shape.iter().map(|&dim| 0..dim).collect();
        let wrong = |what: String| Error::Tensor { tensor: name.into(), what };
        if shard.world_size != 1 {
            let part = Part::new(shard.rank, shard.world_size)?;
            let range =
                region.get_mut(shard.dim).ok_or_else(|| wrong(format!("has no dimension {}", shard.dim)))?;
            let whole = range.end;
            *range = equal(whole, part).ok_or_else(|| {
                wrong(format!(
                    "has {whole} in dimension {}, which {} ranks cannot share equally",
                    shard.dim,
                    part.world()
                ))
            })?;
        }
        let lazy = self.manifest.lazy(entry)?.part(&region)?;
        let fits = asked.rank() == 0
            || asked.dims() == lazy.shape().dims()
            || asked.dims() == entry.shape.as_slice();
        if !fits {
            return Err(wrong(format!("has the shape {:?}, and {asked:?} is asked for", entry.shape)));
        }
        let tensor = lazy.tensor(device)?;
        Ok(tensor.to_dtype(dtype).map_err(candle_init::Error::from)?)
    }
}

impl Backend for Sharded {
    type Hints = Shard;

    fn get(
        &self,
        shape: Shape,
        name: &str,
        shard: Shard,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        Ok(self.part(&shape, name, shard, dtype, device)?)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        Ok(self.part(&Shape::from(()), name, Shard::default(), dtype, device)?)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }
}
