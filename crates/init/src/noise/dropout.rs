//! Dropout whose masks are seeded.

use candle_core::{DType, Tensor};
use candle_nn::ModuleT;

use crate::error::Result;
use crate::noise::source::Noise;
use crate::number::check;

/// Dropout (Srivastava et al., JMLR 2014): in training each value is dropped with probability `p`, and the others are
/// divided by `1 − p`; otherwise nothing changes. PyTorch's `nn.Dropout`, with masks by (seed, name, step).
///
/// Value `i` is kept where uniform number `i` of the name's stream in the present step, as an `f32`, is at least `p`.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_init::Noise;
/// use candle_nn::ModuleT;
///
/// let noise = Noise::new(42);
/// let dropout = noise.dropout("block.0", 0.5)?;
/// let x = Tensor::ones(8, DType::F32, &Device::Cpu)?;
/// let y = dropout.forward_t(&x, true)?.to_vec1::<f32>()?;
/// assert!(y.iter().all(|&y| y == 0.0 || y == 2.0));
/// assert_eq!(dropout.forward_t(&x, false)?.to_vec1::<f32>()?, [1.0; 8]);
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dropout {
    noise: Noise,
    name: String,
    p: f64,
}

impl Noise {
    /// A layer that drops each value with probability `p`, by the masks of this name.
    ///
    /// # Errors
    /// [`Error::Number`](crate::Error::Number) unless `0 ≤ p < 1`.
    pub fn dropout(&self, name: &str, p: f64) -> Result<Dropout> {
        check("p", p, (0.0..1.0).contains(&p), "a probability of at least 0 and below 1")?;
        Ok(Dropout { noise: self.clone(), name: name.into(), p })
    }
}

impl Dropout {
    /// The probability by which a value is dropped.
    #[must_use]
    pub fn p(&self) -> f64 {
        self.p
    }

    /// What the values are multiplied by in the present step: 0 or `1/(1 − p)`.
    fn mask(&self, x: &Tensor) -> Result<Tensor> {
        let uniform = self.noise.uniform(&self.name, [0.0, 1.0], x.shape(), DType::F32, x.device())?;
        Ok((uniform.ge(self.p as f32)?.to_dtype(x.dtype())? * (1.0 / (1.0 - self.p)))?)
    }
}

impl ModuleT for Dropout {
    fn forward_t(&self, x: &Tensor, train: bool) -> candle_core::Result<Tensor> {
        if !train || self.p == 0.0 {
            return Ok(x.clone());
        }
        x * self.mask(x)?
    }
}
