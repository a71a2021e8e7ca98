//! [`candle_nn::layer_norm`](mod@candle_nn::layer_norm), with a gradient in the layers that call candle's fused norms.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;

use super::ops;

#[doc(no_inline)]
pub use candle_nn::layer_norm::*;

/// [`candle_nn::LayerNorm`] with its gradient: the same names, values and methods.
///
/// ```
/// use candle_core::{DType, Device, Module, Tensor, Var};
/// use candle_init::differentiable::LayerNorm;
///
/// let (weight, bias) = (Var::ones(3, DType::F32, &Device::Cpu)?, Var::zeros(3, DType::F32, &Device::Cpu)?);
/// let norm = LayerNorm::new(weight.as_tensor().clone(), bias.as_tensor().clone(), 1e-5);
/// let y = norm.forward(&Tensor::new(&[[1f32, 2.0, 3.0]], &Device::Cpu)?)?;
/// assert!(y.sum_all()?.backward()?.get(&weight).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LayerNorm(candle_nn::LayerNorm);

impl LayerNorm {
    /// `(x − mean)/√(var + eps)·weight + bias`, with vectors of the length of the last dimension.
    #[must_use]
    pub fn new(weight: Tensor, bias: Tensor, eps: f64) -> Self {
        Self(candle_nn::LayerNorm::new(weight, bias, eps))
    }

    /// The same without a bias.
    #[must_use]
    pub fn new_no_bias(weight: Tensor, eps: f64) -> Self {
        Self(candle_nn::LayerNorm::new_no_bias(weight, eps))
    }

    /// The same without a bias and without taking off the mean.
    #[must_use]
    pub fn rms_norm(weight: Tensor, eps: f64) -> Self {
        Self(candle_nn::LayerNorm::rms_norm(weight, eps))
    }

    /// The factors.
    #[must_use]
    pub fn weight(&self) -> &Tensor {
        self.0.weight()
    }

    /// What is added, if anything is.
    #[must_use]
    pub fn bias(&self) -> Option<&Tensor> {
        self.0.bias()
    }

    /// What is added to the variance.
    #[must_use]
    pub fn eps(&self) -> f64 {
        self.0.eps()
    }

    /// Whether the mean is taken off.
    #[must_use]
    pub fn remove_mean(&self) -> bool {
        self.0.remove_mean()
    }
}

impl Module for LayerNorm {
    /// candle's fused operation is taken where candle takes it; its composed form, which has a gradient, elsewhere.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.bias() {
            Some(bias) if self.remove_mean() && x.is_contiguous() => {
                ops::layer_norm(x, self.weight(), bias, self.eps() as f32)
            }
            _ => self.0.forward(x),
        }
    }
}

impl From<candle_nn::LayerNorm> for LayerNorm {
    fn from(norm: candle_nn::LayerNorm) -> Self {
        Self(norm)
    }
}

/// [`candle_nn::RmsNorm`] with its gradient: the same names, values and methods.
///
/// ```
/// use candle_core::{DType, Device, Module, Tensor, Var};
/// use candle_init::differentiable::RmsNorm;
///
/// let weight = Var::ones(3, DType::F32, &Device::Cpu)?;
/// let norm = RmsNorm::new(weight.as_tensor().clone(), 1e-5);
/// let y = norm.forward(&Tensor::new(&[[1f32, 2.0, 3.0]], &Device::Cpu)?)?;
/// assert!(y.sum_all()?.backward()?.get(&weight).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RmsNorm(candle_nn::RmsNorm);

impl RmsNorm {
    /// `x/√(mean x² + eps)·weight`, with a vector of the length of the last dimension.
    #[must_use]
    pub fn new(weight: Tensor, eps: f64) -> Self {
        Self(candle_nn::RmsNorm::new(weight, eps))
    }

    /// The layer norm that it is a case of.
    #[must_use]
    pub fn into_inner(self) -> LayerNorm {
        LayerNorm(self.0.into_inner())
    }

    /// The factors.
    #[must_use]
    pub fn weight(&self) -> &Tensor {
        self.0.weight()
    }

    /// What is added to the mean square.
    #[must_use]
    pub fn eps(&self) -> f64 {
        self.0.eps()
    }

    /// candle's composed form, which has a gradient there too.
    ///
    /// # Errors
    /// candle's own.
    pub fn forward_diff(&self, xs: &Tensor) -> Result<Tensor> {
        self.0.forward_diff(xs)
    }
}

impl Module for RmsNorm {
    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        if xs.is_contiguous() {
            ops::rms_norm(xs, self.weight(), self.eps() as f32)
        } else {
            self.0.forward_diff(xs)
        }
    }
}

impl From<candle_nn::RmsNorm> for RmsNorm {
    fn from(norm: candle_nn::RmsNorm) -> Self {
        Self(norm)
    }
}

/// [`candle_nn::layer_norm()`] with its gradient: the same requests to the `VarBuilder`.
///
/// # Errors
/// What the `VarBuilder` refuses.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_init::{Initializer, differentiable::layer_norm};
///
/// let plan = Initializer::new(42).plan(DType::F32, |vb| layer_norm(8, 1e-5, vb.pp("norm")))?;
/// assert_eq!(plan.records().len(), 2); // norm.weight and norm.bias
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn layer_norm<C: Into<LayerNormConfig>>(size: usize, config: C, vb: VarBuilder) -> Result<LayerNorm> {
    candle_nn::layer_norm(size, config, vb).map(LayerNorm)
}

/// [`candle_nn::layer_norm_no_bias`], with [`LayerNorm`] of this module.
///
/// # Errors
/// What the `VarBuilder` refuses.
///
/// ```
/// use candle_core::DType;
/// use candle_init::{Initializer, differentiable::layer_norm_no_bias};
///
/// let plan = Initializer::new(42).plan(DType::F32, |vb| layer_norm_no_bias(8, 1e-5, vb.pp("norm")))?;
/// assert_eq!(plan.records().len(), 1);
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn layer_norm_no_bias(size: usize, eps: f64, vb: VarBuilder) -> Result<LayerNorm> {
    candle_nn::layer_norm_no_bias(size, eps, vb).map(LayerNorm)
}

/// [`candle_nn::rms_norm`] with its gradient: the same request to the `VarBuilder`.
///
/// # Errors
/// What the `VarBuilder` refuses.
///
/// ```
/// use candle_core::DType;
/// use candle_init::{Initializer, differentiable::rms_norm};
///
/// let plan = Initializer::new(42).plan(DType::F32, |vb| rms_norm(8, 1e-5, vb.pp("norm")))?;
/// assert_eq!(plan.records().len(), 1);
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn rms_norm(size: usize, eps: f64, vb: VarBuilder) -> Result<RmsNorm> {
    candle_nn::rms_norm(size, eps, vb).map(RmsNorm)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    /// As candle's does.
    #[test]
    fn a_layer_tells_what_it_was_made_with() -> Result<()> {
        let ones = Tensor::ones(4, DType::F32, &Device::Cpu)?;
        let whole = LayerNorm::new(ones.clone(), ones.clone(), 1e-3);
        let root = LayerNorm::rms_norm(ones, 1e-4);
        assert_eq!((whole.remove_mean(), whole.eps(), whole.bias().is_some()), (true, 1e-3, true));
        assert_eq!((root.remove_mean(), root.eps(), root.bias().is_some()), (false, 1e-4, false));
        Ok(())
    }
}
