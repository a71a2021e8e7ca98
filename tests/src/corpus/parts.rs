//! What the nets of the corpus are put together from.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::{BatchNorm, BatchNormConfig, Conv2d, Conv2dConfig, LayerNorm, Linear, VarBuilder, loss};

/// He's initializer with biases of zero.
pub(super) fn he(seed: u64) -> Initializer {
    Initializer::new(seed).weights(init::HE_NORMAL).rule("*.bias", init::ZEROS)
}

/// Glorot's initializer with biases of zero.
pub(super) fn glorot(seed: u64) -> Initializer {
    Initializer::new(seed).weights(init::GLOROT_UNIFORM).rule("*.bias", init::ZEROS)
}

/// The small normal weights of transformers, with biases of zero.
pub(super) fn small(seed: u64) -> Initializer {
    Initializer::new(seed).rule("*.bias", init::ZEROS).weights(Init::Randn { mean: 0.0, stdev: 0.02 })
}

/// PyTorch's defaults: `U(−1/√fan_in, 1/√fan_in)` for weights and biases alike.
pub(super) fn uniform(seed: u64) -> Initializer {
    Initializer::new(seed).weights(init::PYTORCH_UNIFORM).rule("*.bias", Init::Uniform { lo: -0.1, up: 0.1 })
}

/// Fixed numbers of a teacher, the same for every seed.
pub(super) fn teacher(name: &str, shape: impl Into<candle_core::Shape>) -> Result<Tensor> {
    let normal = Init::Randn { mean: 0.0, stdev: 1.0 };
    Initializer::new(99)
        .tensor(name, shape, normal, DType::F32, &Device::Cpu)
        .map_err(candle_core::Error::wrap)
}

/// The class that a fixed linear teacher gives each sample.
pub(super) fn labels(x: &Tensor, classes: usize) -> Result<Tensor> {
    let flat = x.detach().flatten_from(1)?;
    flat.matmul(&teacher("labels", (flat.dim(1)?, classes))?)?.argmax(D::Minus1)
}

/// Cross-entropy against the teacher's labels.
pub(super) fn classify(logits: &Tensor, x: &Tensor) -> Result<Tensor> {
    loss::cross_entropy(logits, &labels(x, logits.dim(1)?)?)
}

/// What a fixed teacher with one bend gives each sample, of size 1.
pub(super) fn targets(x: &Tensor, width: usize) -> Result<Tensor> {
    let flat = x.detach().flatten_from(1)?;
    let of = flat.dim(1)?;
    flat.matmul(&(teacher("targets", (of, width))? / (of as f64).sqrt())?)?.tanh()
}

/// The mean square error against the teacher's targets.
pub(super) fn regress(y: &Tensor, x: &Tensor) -> Result<Tensor> {
    loss::mse(y, &targets(x, y.dim(1)?)?)
}

/// A linear layer.
pub(super) fn linear(from: usize, to: usize, vb: VarBuilder) -> Result<Linear> {
    candle_nn::linear(from, to, vb)
}

/// Layers of these widths, `0`, `1`, … under `vb`.
pub(super) fn stack(widths: &[usize], vb: &VarBuilder) -> Result<Vec<Linear>> {
    widths.windows(2).enumerate().map(|(n, pair)| linear(pair[0], pair[1], vb.pp(n))).collect()
}

/// A stack with `f` after every layer but the last.
pub(super) fn through(stack: &[Linear], x: &Tensor, f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let (last, rest) = stack.split_last().ok_or_else(|| candle_core::Error::msg("no layers"))?;
    let x = rest.iter().try_fold(x.clone(), |x, layer| f(&x.apply(layer)?))?;
    x.apply(last)
}

/// A 3 × 3 convolution.
pub(super) fn conv(from: usize, to: usize, stride: usize, vb: VarBuilder) -> Result<Conv2d> {
    let config = Conv2dConfig { padding: 1, stride, ..Conv2dConfig::default() };
    candle_nn::conv2d(from, to, 3, config, vb)
}

/// A 3 × 3 convolution without a bias.
pub(super) fn bare(from: usize, to: usize, stride: usize, vb: VarBuilder) -> Result<Conv2d> {
    let config = Conv2dConfig { padding: 1, stride, ..Conv2dConfig::default() };
    candle_nn::conv2d_no_bias(from, to, 3, config, vb)
}

/// Batch norm.
pub(super) fn bn(width: usize, vb: VarBuilder) -> Result<BatchNorm> {
    candle_nn::batch_norm(width, BatchNormConfig::default(), vb)
}

/// A layer norm whose backward pass candle has.
pub(super) fn ln(width: usize, vb: VarBuilder) -> Result<LayerNorm> {
    candle_nn::layer_norm_no_bias(width, 1e-5, vb)
}

/// The mean over an image.
pub(super) fn pool(x: &Tensor) -> Result<Tensor> {
    x.mean(D::Minus1)?.mean(D::Minus1)
}

/// Binary cross-entropy with logits `z`, in a form that no logit breaks: `max(z, 0) − z·t + ln(1 + e^−|z|)`.
pub(super) fn binary(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    let rest = (logits.abs()?.neg()?.exp()? + 1.0)?.log()?;
    ((logits.relu()? - (logits * target)?)? + rest)?.mean_all()
}
