//! What the weights are when a rehearsal begins.

use candle_core::{DType, Tensor, Var};
use candle_init::{Initializer, init};

use crate::error::Result;
use crate::signals::record::values::values;

/// From which weights a net sets out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Those that it has.
    AsIs,
    /// Weights that train are drawn anew by LeCun's rule, biases are zero: a net of no particular activation. Other vectors
    /// stay, but for those of zeros, which are ones: a norm of zeros would hide from drawn weights, too, what there is.
    Anew,
    /// All weights are zero, so that nothing of the input is seen.
    Blind,
}

impl Start {
    /// Where a parameter starts that has these values now; none where it stays as it is.
    ///
    /// # Errors
    /// What candle or the initializer says.
    pub(crate) fn of(self, name: &str, var: &Var, trains: bool) -> Result<Option<Tensor>> {
        Ok(match self {
            Self::Anew if trains && is_weight(var) => Some(drawn(name, var)?),
            Self::Anew if trains && name.ends_with("bias") => Some(var.zeros_like()?),
            Self::Anew if trains && is_zero(var)? => Some(var.ones_like()?),
            Self::Blind if is_weight(var) => Some(var.zeros_like()?),
            _ => None,
        })
    }

    /// Whether a parameter that trains moves here: without weights, the vectors alone.
    pub(crate) fn moves(self, var: &Var) -> bool {
        self != Self::Blind || !is_weight(var)
    }
}

/// Whether a parameter is read by the input's side of a layer: a matrix, a table, a kernel.
pub(crate) fn is_weight(var: &Var) -> bool {
    var.rank() > 1 && var.dtype().is_float()
}

/// Whether all values of a parameter are zero.
fn is_zero(var: &Var) -> Result<bool> {
    Ok(var.dtype().is_float() && values(var)?.iter().all(|&value| value == 0.0))
}

/// A weight as no initializer has given it: the name that it is drawn under is no parameter's.
fn drawn(name: &str, var: &Var) -> Result<Tensor> {
    let name = format!("probe.anew.{name}");
    // No seed is better than another here, and one that is given might be the one that is to be judged.
    let drawn =
        Initializer::new(0).tensor(&name, var.shape(), init::LECUN_NORMAL, DType::F32, var.device())?;
    Ok(drawn.to_dtype(var.dtype())?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn anew(name: &str, vector: [f32; 2], trains: bool) -> Result<Option<Vec<f32>>> {
        let start = Start::Anew.of(name, &Var::new(&vector, &Device::Cpu)?, trains)?;
        Ok(start.map(|value| value.to_vec1()).transpose()?)
    }

    #[test]
    fn of_the_vectors_biases_and_zeros_are_another_start() -> Result<()> {
        assert_eq!(anew("fc.bias", [3.0, 4.0], true)?, Some(vec![0.0; 2]));
        assert_eq!(anew("norm.weight", [0.0; 2], true)?, Some(vec![1.0; 2]));
        assert_eq!(anew("norm.weight", [0.0, 0.1], true)?, None);
        assert_eq!(anew("norm.weight", [0.0; 2], false)?, None);
        Ok(())
    }
}
