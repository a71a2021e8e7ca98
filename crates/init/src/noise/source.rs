//! A source of random numbers for training steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::{DType, Device, Shape, Tensor};
use counter_rng::{Distribution, Stream};

use crate::draw::device::elements;
use crate::element_count::element_count;
use crate::error::Result;
use crate::noise::permutation::permutation;

/// Random numbers for training: noise, dropout masks and orders, each a pure function of (seed, name, step).
///
/// candle's `dropout`, `randn_like` and shuffles cannot be seeded on the processor. These can, and they depend on neither
/// the thread count nor the device nor what was drawn before, so a run that is resumed at step 700 goes on as if it had
/// never stopped. Copies share the step, so that one [`set_step`](Self::set_step) reaches every layer of a model.
///
/// The values of `name` in step `t` are those of the stream `name` + `@` + `t` of `docs/stream.md`; a parameter's path has
/// no `@`, so noise and weights never share numbers. Asked twice in one step, a name gives the same numbers: two layers
/// need two names.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_init::Noise;
///
/// let noise = Noise::new(42);
/// noise.set_step(7);
/// let first = noise.normal("input", (2, 3), DType::F32, &Device::Cpu)?;
/// noise.set_step(8);
/// let second = noise.normal("input", (2, 3), DType::F32, &Device::Cpu)?;
/// noise.set_step(7);
/// let again = noise.normal("input", (2, 3), DType::F32, &Device::Cpu)?;
/// assert_eq!(first.to_vec2::<f32>()?, again.to_vec2::<f32>()?);
/// assert_ne!(first.to_vec2::<f32>()?, second.to_vec2::<f32>()?);
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Noise {
    seed: u64,
    step: Arc<AtomicU64>,
}

impl Noise {
    /// A source at step 0.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, step: Arc::default() }
    }

    /// The step that is drawn for.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.step.load(Ordering::Relaxed)
    }

    /// Draws for another step from now on, in all copies and layers.
    pub fn set_step(&self, step: u64) {
        self.step.store(step, Ordering::Relaxed);
    }

    /// The stream of a name in the present step, for numbers of another kind.
    #[must_use]
    pub fn stream(&self, name: &str) -> Stream {
        Stream::new(self.seed, &format!("{name}@{}", self.step()))
    }

    /// Standard normals.
    ///
    /// # Errors
    /// A dtype of no weights, a shape past the memory, and candle's own.
    pub fn normal(
        &self,
        name: &str,
        shape: impl Into<Shape>,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        self.draw(name, &Distribution::normal(0.0, 1.0)?, shape.into(), dtype, device)
    }

    /// Uniform on `[lo, up)`.
    ///
    /// # Errors
    /// As [`normal`](Self::normal); bounds that are not finite and in order.
    pub fn uniform(
        &self,
        name: &str,
        [lo, up]: [f64; 2],
        shape: impl Into<Shape>,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        self.draw(name, &Distribution::uniform(lo, up)?, shape.into(), dtype, device)
    }

    /// Standard normals of a tensor's shape and dtype, on its device: a seeded `randn_like`.
    ///
    /// # Errors
    /// As [`normal`](Self::normal).
    pub fn normal_like(&self, name: &str, tensor: &Tensor) -> Result<Tensor> {
        self.normal(name, tensor.shape(), tensor.dtype(), tensor.device())
    }

    /// The numbers from 0 to `count` − 1 in an order of the present step: how an epoch sees its data.
    ///
    /// ```
    /// let noise = candle_init::Noise::new(42);
    /// let mut order = noise.permutation("batches", 5);
    /// order.sort();
    /// assert_eq!(order, [0, 1, 2, 3, 4]);
    /// ```
    #[must_use]
    pub fn permutation(&self, name: &str, count: u32) -> Vec<u32> {
        permutation(self.seed, &format!("{name}@{}", self.step()), count)
    }

    fn draw(
        &self,
        name: &str,
        distribution: &Distribution,
        shape: Shape,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let count = element_count(&shape)? as u64;
        Ok(elements(&self.stream(name), distribution, 0..count, dtype, device)?.reshape(shape)?)
    }
}
