//! Factors by which deep residual nets start smaller, from the number of their layers.
//!
//! Each is a factor for [`Init::times`](crate::Init::times). For a factor that falls from layer to layer see
//! [`Init::by_depth`](crate::Init::by_depth).
//!
//! ```
//! use candle_init::{Initializer, depth, init};
//! let normal = init::normal(0.0, 0.02);
//! let gpt2 = Initializer::new(42)
//!     .rule("*.c_proj.weight", normal.times(depth::gpt2(12)?))
//!     .rule("*.bias", init::ZEROS)
//!     .weights(normal);
//! # Ok::<(), candle_init::Error>(())
//! ```

use crate::error::Result;
use crate::number::check;

/// `1/√(2L)` for `L` layers of two residual branches: GPT-2's `c_proj` (Radford et al. 2019, section 2.3).
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no layers.
///
/// ```
/// assert!((0.02 * candle_init::depth::gpt2(12)? - 0.00408248290).abs() < 1e-11);
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn gpt2(layers: usize) -> Result<f64> {
    Ok((2.0 * count("layers", layers)?).powf(-0.5))
}

/// `L^(−1/(2m−2))` for `L` residual blocks of `m` layers: the factor on He's initialization for all layers of a branch but
/// the last, which starts at zero, as does the classifier (Zhang, Dauphin and Ma, "Fixup", ICLR 2019,
/// arXiv:1901.09321, section 3).
///
/// The authors' code takes He's over `fan_out`: `variance_scaling(scale=2, fan=out, distribution=normal)`.
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no blocks, or blocks of fewer than two layers.
pub fn fixup(blocks: usize, layers_per_block: usize) -> Result<f64> {
    check("layers_per_block", layers_per_block as f64, layers_per_block >= 2, "a number from 2 on")?;
    Ok(count("blocks", blocks)?.powf(-1.0 / (2.0 * layers_per_block as f64 - 2.0)))
}

/// `0.67·N^(−1/4)` for an encoder of `N` layers: the factor on the feed-forward and output matrices, and times
/// `√2` on the values, of T-Fixup, where all start as Glorot uniform (Huang et al., ICML 2020, section 3.3;
/// the `√2` is of the authors' code).
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no layers.
pub fn t_fixup_encoder(layers: usize) -> Result<f64> {
    Ok(0.67 * count("layers", layers)?.powf(-0.25))
}

/// `(9M)^(−1/4)` for a decoder of `M` layers, used as [`t_fixup_encoder`], and on embeddings drawn with
/// `std = 1/√d` (Huang et al., ICML 2020, section 3.3; the embeddings of an encoder take its own count here).
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no layers.
pub fn t_fixup_decoder(layers: usize) -> Result<f64> {
    Ok((9.0 * count("layers", layers)?).powf(-0.25))
}

/// `√(ln 2L)`: the factor **up** on feed-forward, value and output matrices of a Sub-LN net of `L` layers (Wang et
/// al., "Magneto", ICML 2023, arXiv:2210.06423, section 3.2).
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no layers.
pub fn sub_ln(layers: usize) -> Result<f64> {
    Ok((2.0 * count("layers", layers)?).ln().sqrt())
}

/// What DeepNorm asks of a net: `α` multiplies each residual stream in the forward pass, `β` the Glorot-normal
/// start of feed-forward, value and output matrices (Wang et al., "DeepNet", 2022, arXiv:2203.00555, table 2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeepNorm {
    /// The weight of the residual stream.
    pub alpha: f64,
    /// The factor on the start.
    pub beta: f64,
}

/// DeepNorm of an encoder or a decoder alone, of `L` layers: `α = (2L)^¼`, `β = (8L)^(−¼)`.
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no layers.
///
/// ```
/// let norm = candle_init::depth::deep_norm(12)?;
/// assert!((norm.alpha - 2.21336384).abs() < 1e-8 && (1.0 / norm.beta - 3.13016916).abs() < 1e-8);
/// # Ok::<(), candle_init::Error>(())
/// ```
pub fn deep_norm(layers: usize) -> Result<DeepNorm> {
    let layers = count("layers", layers)?;
    Ok(DeepNorm { alpha: (2.0 * layers).powf(0.25), beta: (8.0 * layers).powf(-0.25) })
}

/// DeepNorm of the encoder of a net of `N` encoder and `M` decoder layers: `α = 0.81·(N⁴M)^(1/16)`,
/// `β = 0.87·(N⁴M)^(−1/16)`.
///
/// torchscale's code multiplies by 1.15 ≈ 1/0.87 where the paper has 0.87; this is the paper's.
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no layers.
pub fn deep_norm_encoder(encoder_layers: usize, decoder_layers: usize) -> Result<DeepNorm> {
    let (n, m) = (count("encoder layers", encoder_layers)?, count("decoder layers", decoder_layers)?);
    let root = (n.powi(4) * m).powf(1.0 / 16.0);
    Ok(DeepNorm { alpha: 0.81 * root, beta: 0.87 / root })
}

/// DeepNorm of the decoder of a net of `M` decoder layers beside an encoder: `α = (3M)^¼`, `β = (12M)^(−¼)`.
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no layers.
pub fn deep_norm_decoder(decoder_layers: usize) -> Result<DeepNorm> {
    let m = count("decoder layers", decoder_layers)?;
    Ok(DeepNorm { alpha: (3.0 * m).powf(0.25), beta: (12.0 * m).powf(-0.25) })
}

/// A count that is at least one.
fn count(parameter: &'static str, count: usize) -> Result<f64> {
    check(parameter, count as f64, count > 0, "a number from 1 on")
}
