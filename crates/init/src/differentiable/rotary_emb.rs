//! [`candle_nn::rotary_emb`], with a gradient in `rope`, `rope_i` and `rope_thd`.
//!
//! A pair of elements `(a, b)` becomes `(a·cos − b·sin, a·sin + b·cos)` (Su et al. 2021, arXiv:2104.09864). The gradient is
//! turned back by the same angles; `cos` and `sin` get theirs too, for frequencies that are learned.

use candle_core::{Result, Tensor};

use super::grafted::{Backward, graft3};
use super::ops::{asked, wide};
use super::pairs::Pairs;

#[doc(no_inline)]
pub use candle_nn::rotary_emb::*;

/// One of candle's three functions.
type Turn = fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>;

/// [`candle_nn::rotary_emb::rope`] with its gradients: `xs` is (batch, heads, length, size), `cos` and `sin` are
/// (at least length, size/2), or that for each of the batch; element `i` turns with `i + size/2`.
///
/// # Errors
/// candle's own: shapes that do not fit, tensors that are not contiguous, dtypes that differ.
///
/// ```
/// use candle_core::{DType, Device, Tensor, Var};
/// use candle_init::differentiable::rotary_emb::rope;
///
/// let x = Var::ones((1, 2, 3, 4), DType::F32, &Device::Cpu)?;
/// let angles = Tensor::new(&[[0f32, 0.0], [1.0, 0.1], [2.0, 0.2]], &Device::Cpu)?;
/// let y = rope(&x, &angles.cos()?, &angles.sin()?)?;
/// assert!(y.sum_all()?.backward()?.get(&x).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn rope(xs: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    turned([xs, cos, sin], candle_nn::rotary_emb::rope, Pairs::Halves)
}

/// [`candle_nn::rotary_emb::rope_i`] with its gradients: as [`rope`], but element `2i` turns with `2i + 1`.
///
/// # Errors
/// candle's own: shapes that do not fit, tensors that are not contiguous, dtypes that differ.
///
/// ```
/// use candle_core::{DType, Device, Tensor, Var};
/// use candle_init::differentiable::rotary_emb::rope_i;
///
/// let x = Var::ones((1, 2, 3, 4), DType::F32, &Device::Cpu)?;
/// let angles = Tensor::new(&[[0f32, 0.0], [1.0, 0.1], [2.0, 0.2]], &Device::Cpu)?;
/// let y = rope_i(&x, &angles.cos()?, &angles.sin()?)?;
/// assert!(y.sum_all()?.backward()?.get(&x).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn rope_i(xs: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    turned([xs, cos, sin], candle_nn::rotary_emb::rope_i, Pairs::Neighbours)
}

/// [`candle_nn::rotary_emb::rope_thd`] with its gradients: as [`rope`], with `xs` of (batch, length, heads, size).
///
/// # Errors
/// candle's own: shapes that do not fit, tensors that are not contiguous, dtypes that differ.
///
/// ```
/// use candle_core::{DType, Device, Tensor, Var};
/// use candle_init::differentiable::rotary_emb::rope_thd;
///
/// let x = Var::ones((1, 3, 2, 4), DType::F32, &Device::Cpu)?;
/// let angles = Tensor::new(&[[0f32, 0.0], [1.0, 0.1], [2.0, 0.2]], &Device::Cpu)?;
/// let y = rope_thd(&x, &angles.cos()?, &angles.sin()?)?;
/// assert!(y.sum_all()?.backward()?.get(&x).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn rope_thd(xs: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    turned([xs, cos, sin], candle_nn::rotary_emb::rope_thd, Pairs::HalvesByLength)
}

fn turned(arguments: [&Tensor; 3], turn: Turn, pairs: Pairs) -> Result<Tensor> {
    let [xs, cos, sin] = arguments;
    if xs.elem_count() == 0 {
        return Ok(xs.clone());
    }
    graft3(arguments, turn(xs, cos, sin)?, Rotary { turn, pairs })
}

struct Rotary {
    turn: Turn,
    pairs: Pairs,
}

impl Backward<3> for Rotary {
    const NAME: &'static str = "rotary-emb";

    fn gradients(
        &self,
        arguments: [&Tensor; 3],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let [x, cos, sin] = arguments;
        let gradient = gradient.contiguous()?;
        let of_x = asked(x, || (self.turn)(&gradient, &cos.detach(), &sin.detach().neg()?))?;
        let ([a, b], [of_a, of_b]) = (self.pairs.parts(&wide(x)?)?, self.pairs.parts(&wide(&gradient)?)?);
        let of_cos = asked(cos, || self.over_heads(&((&of_a * &a)? + (&of_b * &b)?)?, cos))?;
        let of_sin = asked(sin, || self.over_heads(&((&of_b * &a)? - (&of_a * &b)?)?, sin))?;
        Ok([of_x, of_cos, of_sin])
    }
}

impl Rotary {
    /// The sum over all that share an angle, laid where candle read that angle: in the first elements of the table.
    fn over_heads(&self, by_pair: &Tensor, table: &Tensor) -> Result<Tensor> {
        let by_batch = by_pair.sum(self.pairs.heads())?;
        let used = if table.rank() == 2 { by_batch.sum(0)? } else { by_batch }.flatten_all()?;
        let unused = table.elem_count() - used.elem_count();
        used.pad_with_zeros(0, 0, unused)?.reshape(table.shape())?.to_dtype(table.dtype())
    }
}
