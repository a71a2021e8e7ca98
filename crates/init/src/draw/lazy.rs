//! A parameter that is not in memory, of which any part can be drawn.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use candle_core::{DType, Device, Shape, Tensor, WithDType};
use counter_rng::product::Scalar;
use counter_rng::{Dtype, Element};
use rayon::prelude::*;

use crate::draw::dtype::for_dtype;
use crate::draw::integers;
use crate::draw::loaded;
use crate::draw::origin::Origin;
use crate::draw::parameter::Parameter;
use crate::draw::region::Region;
use crate::error::{Error, Result};
use crate::layer::Layer;

/// A parameter of which nothing is in memory, and any part can be drawn, or read where a checkpoint has it: a shard, a piece
/// of a file, one row.
///
/// A part has the bits that it has in the whole, so that parts made anywhere, in any order, join to it. Fans are
/// those of the whole. An initializer whose elements depend on one another ([orthogonal](crate::init::ORTHOGONAL), `sparse`,
/// [a closure](crate::Rule::custom), [a norm](crate::Rule::norm_of)) is drawn whole when the first part is asked for, and cut: see
/// [`held_bytes`](Self::held_bytes).
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_init::{Initializer, init};
/// let init = Initializer::new(42);
/// let weight = init.lazy("up.weight", (4096, 1024), init::HE_NORMAL, DType::BF16)?;
/// let right = weight.part(&[0..4096, 512..1024])?.tensor(&Device::Cpu)?; // a rank's half of the columns
/// let whole = init.tensor("up.weight", (4096, 1024), init::HE_NORMAL, DType::BF16, &Device::Cpu)?;
/// # let same = |a: candle_core::Tensor| Ok::<_, candle_core::Error>(a.to_dtype(DType::F32)?.to_vec2::<f32>()?);
/// assert_eq!(same(right)?, same(whole.narrow(1, 512, 512)?)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Lazy {
    whole: Arc<Whole>,
    region: Region,
    shape: Shape,
}

struct Whole {
    seed: u64,
    name: String,
    shape: Shape,
    layer: Layer,
    dtype: DType,
    origin: Origin,
    /// What cannot be had in parts: the last elements.
    held: OnceLock<Tensor>,
}

/// Elements of a piece that a thread gathers from runs.
const PIECE: usize = 1 << 16;

impl Lazy {
    pub(crate) fn new(parameter: &Parameter<'_>, origin: Origin) -> Result<Self> {
        let Parameter { seed, name, shape, layer, dtype } = *parameter;
        if dtype.is_int() && origin.rule().is_some_and(|source| !source.is_local()) {
            return Err(Error::DType { dtype });
        }
        if let Origin::Stored(tensor) | Origin::Grown(tensor, _) = &origin {
            loaded::readable(tensor, dtype)?;
        }
        let (name, shape) = (name.into(), shape.clone());
        let region = Region::whole(shape.dims());
        let whole = Whole { seed, name, shape: shape.clone(), layer, dtype, origin, held: OnceLock::new() };
        Ok(Self { whole: Arc::new(whole), region, shape })
    }

    /// The shape.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The dtype.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.whole.dtype
    }

    /// Bytes that stay in memory once the first element is drawn: 0 where an element can be had without the others, else
    /// those of the whole parameter, or of the rows that lie about the mean of others.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let Whole { origin, shape, dtype, .. } = &*self.whole;
        origin.held(shape.elem_count()).saturating_mul(dtype.size_in_bytes())
    }

    /// A box of it: a range for each dimension. Parts have parts; what has to be drawn whole is drawn once for all of them.
    ///
    /// # Errors
    /// [`Error::Part`] for ranges that do not lie in the shape.
    pub fn part(&self, ranges: &[Range<usize>]) -> Result<Self> {
        let region = self.region.part(self.whole.shape.dims(), ranges);
        let region = region.ok_or_else(|| self.no_part(format!("the ranges {ranges:?}")))?;
        let shape = Shape::from(region.dims());
        Ok(Self { whole: self.whole.clone(), region, shape })
    }

    /// It in memory, on a device.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and candle's where there is no memory.
    pub fn tensor(&self, device: &Device) -> Result<Tensor> {
        let dtype = self.dtype();
        let size = self.shape.elem_count().checked_mul(dtype.size_in_bytes());
        let mut bytes = Vec::new();
        let no_memory = || counter_rng::Error::OutOfMemory {
            count: self.shape.elem_count() as u64,
            dtype: dtype.as_str(),
        };
        let size = size.filter(|size| bytes.try_reserve_exact(*size).is_ok()).ok_or_else(no_memory)?;
        bytes.resize(size, 0);
        self.read(0, &mut bytes)?;
        Ok(Tensor::from_raw_buffer(&bytes, dtype, self.shape.dims(), device)?)
    }

    /// Fills `out` with the elements from the one of row-major index `first` on, in the machine's byte order, on all
    /// threads. What [`checkpoint::Tensor::read`](crate::checkpoint::Tensor::read) is for a file.
    ///
    /// ```
    /// # use candle_core::DType;
    /// # use candle_init::{Initializer, init};
    /// let table = Initializer::new(42).lazy("wte.weight", (1_000_000_000, 4096), init::normal(0.0, 0.02), DType::F32)?;
    /// let mut last_row = vec![0; 4 * 4096];
    /// table.read(999_999_999 * 4096, &mut last_row)?;
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Part`] for bytes that are no whole elements of it; where a value does not fit the dtype, [`Error::Value`].
    pub fn read(&self, first: usize, out: &mut [u8]) -> Result<()> {
        let size = self.dtype().size_in_bytes();
        let end = first.checked_add(out.len() / size);
        if !out.len().is_multiple_of(size) || end.is_none_or(|end| end > self.shape.elem_count()) {
            return Err(self.no_part(format!("{} bytes from element {first} on", out.len())));
        }
        if out.is_empty() {
            return Ok(());
        }
        let (start, together) = self.region.at(first);
        let done = if together >= out.len() / size {
            self.whole.read(start, out)
        } else {
            let pieces = out.par_chunks_mut(PIECE * size).enumerate();
            pieces
                .map(|(i, piece)| self.gather(first + i * PIECE, piece))
                .collect::<Vec<_>>()
                .into_iter()
                .collect()
        };
        done.map_err(|error| error.at(&self.whole.name, &self.whole.shape))
    }

    /// Run by run.
    fn gather(&self, mut first: usize, mut out: &mut [u8]) -> Result<()> {
        let size = self.dtype().size_in_bytes();
        while !out.is_empty() {
            let (start, together) = self.region.at(first);
            let run = together.min(out.len() / size);
            let (now, later) = std::mem::take(&mut out).split_at_mut(run * size);
            self.whole.read(start, now)?;
            (first, out) = (first + run, later);
        }
        Ok(())
    }

    fn no_part(&self, asked: String) -> Error {
        let (shape, dtype) = (self.shape.clone(), self.dtype());
        Error::Part { asked, shape, dtype }.at(&self.whole.name, &self.whole.shape)
    }
}

impl Whole {
    fn parameter(&self) -> Parameter<'_> {
        let Self { seed, name, shape, layer, dtype, .. } = self;
        Parameter { seed: *seed, name, shape, layer: *layer, dtype: *dtype }
    }

    /// The elements that a file has, then those that are made.
    fn read(&self, first: usize, out: &mut [u8]) -> Result<()> {
        let size = self.dtype.size_in_bytes();
        let stored = self.origin.stored().saturating_sub(first).min(out.len() / size);
        let (old, new) = out.split_at_mut(stored * size);
        if let (Origin::Stored(tensor) | Origin::Grown(tensor, _), false) = (&self.origin, old.is_empty()) {
            loaded::read(tensor, self.dtype, first, old)?;
        }
        if new.is_empty() { Ok(()) } else { self.make(first + stored, new) }
    }

    fn make(&self, first: usize, out: &mut [u8]) -> Result<()> {
        if let (true, Some(source)) = (self.dtype.is_int(), self.origin.rule()) {
            let parameter = self.parameter();
            return integers::write(self.dtype, out, first, &mut |wide, first| {
                source.fill::<f64, f64>(wide, first, &parameter)
            });
        }
        for_dtype!(self.dtype, T => self.fill_bytes::<T, <T as Dtype>::Wide>(first, out))
    }

    fn fill_bytes<T: Element + WithDType, W: Scalar>(&self, first: usize, out: &mut [u8]) -> Result<()> {
        // A caller's bytes may lie anywhere.
        if let Ok(out) = bytemuck::try_cast_slice_mut::<u8, T>(out) {
            return self.fill::<T, W>(first, out);
        }
        let mut values: Vec<T> = bytemuck::zeroed_vec(out.len() / size_of::<T>());
        self.fill::<T, W>(first, &mut values)?;
        out.copy_from_slice(bytemuck::cast_slice(&values));
        Ok(())
    }

    fn fill<T: Element + WithDType, W: Scalar>(&self, first: usize, out: &mut [T]) -> Result<()> {
        if let Some(source) = self.origin.rule().filter(|source| source.is_local()) {
            return source.fill::<T, W>(out, first, &self.parameter());
        }
        let held = self.held()?;
        let before = self.shape.elem_count().saturating_sub(held.elem_count());
        out.copy_from_slice(&held.narrow(0, first.saturating_sub(before), out.len())?.to_vec1::<T>()?);
        Ok(())
    }

    fn held(&self) -> Result<&Tensor> {
        if let Some(held) = self.held.get() {
            return Ok(held);
        }
        let held = self.origin.made_together(&self.parameter())?;
        Ok(self.held.get_or_init(|| held))
    }
}

impl fmt::Debug for Lazy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Whole { seed, name, .. } = &*self.whole;
        write!(f, "Lazy({name} {:?} {:?}, seed {seed})", self.shape, self.dtype())
    }
}
