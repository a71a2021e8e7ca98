//! [`candle_nn::ops`], with a gradient in `layer_norm`, `rms_norm` and `softmax_last_dim`.

use candle_core::{D, DType, Result, Tensor};

use super::grafted::{Backward, graft1, graft2, graft3};

#[doc(no_inline)]
pub use candle_nn::ops::*;

/// `y = exp(x − max x)/Σ exp(x − max x)` over the last dimension, of any shape: [`candle_nn::ops::softmax_last_dim`] with
/// its gradient, `y·(g − Σ g·y)`.
///
/// # Errors
/// candle's own: a scalar, a tensor that is not contiguous, a dtype other than bf16, f16, f32 and f64.
///
/// ```
/// use candle_core::{Device, Var};
/// use candle_init::differentiable::ops;
///
/// let x = Var::new(&[0f32, 0.0], &Device::Cpu)?;
/// let first = ops::softmax_last_dim(&x)?.narrow(0, 0, 1)?;
/// assert_eq!(first.backward()?.get(&x).map(|g| g.to_vec1::<f32>()).transpose()?, Some(vec![0.25, -0.25]));
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn softmax_last_dim(xs: &Tensor) -> Result<Tensor> {
    if xs.dim(D::Minus1)? == 0 {
        return Ok(xs.clone());
    }
    graft1(xs, candle_nn::ops::softmax_last_dim(xs)?, Softmax)
}

/// `x/√(mean x² + eps)·alpha` over the last dimension (Zhang and Sennrich 2019, arXiv:1910.07467):
/// [`candle_nn::ops::rms_norm`] with its gradients. `xs` has any shape that ends with the length of `alpha`.
///
/// # Errors
/// candle's own: shapes that do not fit, tensors that are not contiguous, dtypes that differ.
///
/// ```
/// use candle_core::{Device, Tensor, Var};
/// use candle_init::differentiable::ops;
///
/// let (x, alpha) = (Tensor::new(&[[3f32, 4.0]], &Device::Cpu)?, Var::new(&[1f32, 1.0], &Device::Cpu)?);
/// let gradients = ops::rms_norm(&x, &alpha, 1e-5)?.sum_all()?.backward()?;
/// assert!(gradients.get(&alpha).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn rms_norm(xs: &Tensor, alpha: &Tensor, eps: f32) -> Result<Tensor> {
    let value = match xs.dtype() {
        _ if xs.dim(D::Minus1)? == 0 => return Ok(xs.clone()),
        DType::F64 => rms_norm_slow(&xs.detach(), &alpha.detach(), eps)?,
        _ => candle_nn::ops::rms_norm(xs, alpha, eps)?,
    };
    graft2([xs, alpha], value, RmsNorm { eps: f64::from(eps) })
}

/// `(x − mean x)/√(var x + eps)·alpha + beta` over the last dimension (Ba et al. 2016, arXiv:1607.06450):
/// [`candle_nn::ops::layer_norm`] with its gradients. `xs` has any shape that ends with the length of `alpha` and `beta`.
///
/// # Errors
/// candle's own: shapes that do not fit, tensors that are not contiguous, dtypes that differ.
///
/// ```
/// use candle_core::{Device, Tensor, Var};
/// use candle_init::differentiable::ops;
///
/// let x = Var::new(&[[3f32, 4.0]], &Device::Cpu)?;
/// let (alpha, beta) = (Tensor::new(&[1f32, 2.0], &Device::Cpu)?, Tensor::new(&[0f32, 0.0], &Device::Cpu)?);
/// let gradients = ops::layer_norm(&x, &alpha, &beta, 1e-5)?.sum_all()?.backward()?;
/// assert!(gradients.get(&x).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn layer_norm(xs: &Tensor, alpha: &Tensor, beta: &Tensor, eps: f32) -> Result<Tensor> {
    let value = match xs.dtype() {
        _ if xs.dim(D::Minus1)? == 0 => return Ok(xs.clone()),
        DType::F64 => layer_norm_slow(&xs.detach(), &alpha.detach(), &beta.detach(), eps)?,
        _ => candle_nn::ops::layer_norm(xs, alpha, beta, eps)?,
    };
    graft3([xs, alpha, beta], value, LayerNorm { eps: f64::from(eps) })
}

struct Softmax;

impl Backward<1> for Softmax {
    const NAME: &'static str = "softmax-last-dim";

    fn gradients(
        &self,
        [x]: [&Tensor; 1],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 1]> {
        let (y, gradient) = (wide(result)?, wide(gradient)?);
        let mean = (&gradient * &y)?.sum_keepdim(D::Minus1)?;
        Ok([Some((gradient.broadcast_sub(&mean)? * y)?.to_dtype(x.dtype())?)])
    }
}

struct RmsNorm {
    eps: f64,
}

impl Backward<2> for RmsNorm {
    const NAME: &'static str = "rms-norm";

    fn gradients(
        &self,
        [x, alpha]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let (values, gradient) = (wide(x)?, wide(gradient)?);
        let scale = inverse_root(&values, self.eps)?;
        let normed = values.broadcast_mul(&scale)?;
        let of_x =
            || of_normed(&gradient.broadcast_mul(&wide(alpha)?)?, &normed, &scale)?.to_dtype(x.dtype());
        Ok([asked(x, of_x)?, asked(alpha, || over_rows(&(&gradient * &normed)?, alpha))?])
    }
}

struct LayerNorm {
    eps: f64,
}

impl Backward<3> for LayerNorm {
    const NAME: &'static str = "layer-norm";

    fn gradients(
        &self,
        [x, alpha, beta]: [&Tensor; 3],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let (values, gradient) = (centred(&wide(x)?)?, wide(gradient)?);
        let scale = inverse_root(&values, self.eps)?;
        let normed = values.broadcast_mul(&scale)?;
        // The sum of the normed values is 0, so what the projection takes off does not move the mean.
        let of_x = || {
            let projected = of_normed(&gradient.broadcast_mul(&wide(alpha)?)?, &normed, &scale)?;
            centred(&projected)?.to_dtype(x.dtype())
        };
        Ok([
            asked(x, of_x)?,
            asked(alpha, || over_rows(&(&gradient * &normed)?, alpha))?,
            asked(beta, || over_rows(&gradient, beta))?,
        ])
    }
}

/// The gradient of an argument, if one is kept for it.
pub(super) fn asked(argument: &Tensor, gradient: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
    argument.track_op().then(gradient).transpose()
}

/// The values in f32 where they are narrower: as candle does on the way forward.
pub(super) fn wide(x: &Tensor) -> Result<Tensor> {
    match x.dtype() {
        DType::F16 | DType::BF16 => x.to_dtype(DType::F32),
        _ => Ok(x.clone()),
    }
}

/// `x − mean x`, row by row.
fn centred(x: &Tensor) -> Result<Tensor> {
    x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)
}

/// `1/√(mean x² + eps)`, row by row.
fn inverse_root(x: &Tensor, eps: f64) -> Result<Tensor> {
    (x.sqr()?.mean_keepdim(D::Minus1)? + eps)?.sqrt()?.recip()
}

/// The gradient of `x` where `normed = x·scale` and `scale` is its inverse root: `scale·(g − normed·mean(g·normed))`.
fn of_normed(gradient: &Tensor, normed: &Tensor, scale: &Tensor) -> Result<Tensor> {
    let along = (gradient * normed)?.mean_keepdim(D::Minus1)?;
    (gradient - normed.broadcast_mul(&along)?)?.broadcast_mul(scale)
}

/// The sum of all rows, in the dtype of the vector whose gradient it is.
fn over_rows(rows: &Tensor, vector: &Tensor) -> Result<Tensor> {
    rows.reshape(((), vector.elem_count()))?.sum(0)?.to_dtype(vector.dtype())
}
