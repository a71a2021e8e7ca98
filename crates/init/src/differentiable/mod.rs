//! `candle_nn` with a gradient in every operation.
//!
//! Four kinds of candle's operations are made for inference and have no backward pass: `ops::layer_norm` (which
//! [`candle_nn::LayerNorm`] calls where it has a bias), `ops::rms_norm` (which [`candle_nn::RmsNorm`] calls),
//! `ops::softmax_last_dim`, and `rotary_emb::{rope, rope_i, rope_thd}`. candle does not say so: what stands before such an
//! operation gets no gradient and stays as it was initialized, while the loss still falls, since the head learns.
//!
//! This module has all of `candle_nn` by its own names, and these in their place. The values are candle's to the bit, on any
//! device, since candle computes them; the gradient is added. One line changes a file of a model:
//!
//! ```
//! use candle_core::{DType, Device, Tensor};
//! use candle_init::differentiable as candle_nn; // in place of nothing: the lines below stay as they were
//! use candle_nn::{Module, VarBuilder, VarMap, layer_norm, linear, ops};
//!
//! let vars = VarMap::new();
//! let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
//! let (fc, norm) = (linear(4, 4, vb.pp("fc"))?, layer_norm(4, 1e-5, vb.pp("norm"))?);
//! let x = Tensor::new(&[[1f32, 2.0, 4.0, 8.0]], &Device::Cpu)?;
//! let y = ops::softmax_last_dim(&norm.forward(&fc.forward(&x)?)?)?;
//! let gradients = y.sqr()?.sum_all()?.backward()?;
//! assert!(vars.all_vars().iter().all(|var| gradients.get(var).is_some())); // with candle's own: none of the four
//! # Ok::<(), candle_core::Error>(())
//! ```
//!
//! f64, which candle's norms refuse, is computed by candle's composed forms.
//!
//! Still without a gradient: candle's attention kernels (`ops::sdpa`, `cpu_flash_attention`, `attention`), its mixture of
//! experts on CUDA (`moe`), and everything that is quantized.

mod grafted;
pub mod layer_norm;
pub mod ops;
mod pairs;
pub mod rotary_emb;

pub use layer_norm::{LayerNorm, RmsNorm, layer_norm, layer_norm_no_bias, rms_norm};

#[doc(no_inline)]
pub use candle_nn::*;
