//! The kinds of layer that a weight belongs to.

use candle_core::Shape;

use crate::layer::axes::{Axes, Axis};

/// What a weight belongs to, as far as its fans depend on it: the layer kinds of `candle_nn`.
///
/// The shape alone does not tell a transposed convolution from a plain one, nor stacked gates from
/// one matrix. Through a `VarBuilder` the layer's own request tells; where it cannot, a rule says it:
/// `init::HE_NORMAL.on(Layer::conv(32))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// `(out, in)`: `linear`.
    Linear,
    /// `(out, in/groups, kernel…)`: `conv1d`, `conv2d`; depthwise with `groups = in`.
    Conv {
        /// Number of groups; 1 for a plain convolution.
        groups: usize,
        /// Stride along every kernel axis, as candle's configurations have it.
        stride: usize,
    },
    /// `(in, out/groups, kernel…)`: `conv_transpose1d`, `conv_transpose2d`.
    ConvTranspose {
        /// Number of groups; 1 for a plain convolution.
        groups: usize,
        /// Stride along every kernel axis, as candle's configurations have it.
        stride: usize,
    },
    /// `(rows, dim)`: `embedding`, read as `(out, in)` as candle and PyTorch do.
    Embedding,
    /// `(gates·hidden, in)`: the stacked gates of `lstm` and `gru`.
    Gates {
        /// How many matrices are stacked.
        gates: usize,
    },
    /// `(n·out, in)`: several linear layers in one matrix, such as query, key and value.
    Packed {
        /// How many matrices are stacked.
        matrices: usize,
    },
    /// Any other layout, with the role of each axis said: [`Layer::INPUT_FIRST`], [`Layer::EXPERTS`].
    Axes(Axes),
    /// `(out, in, kernel…)` read off the shape alone, whatever the layer is: PyTorch's
    /// `_calculate_fan_in_and_fan_out`, wrong for groups and transposed convolutions, for those who need
    /// the numbers of a PyTorch model.
    AsPyTorch,
}

impl Layer {
    /// The four gates of candle's `lstm`.
    pub const LSTM: Self = Self::Gates { gates: 4 };
    /// The three gates of candle's `gru`.
    pub const GRU: Self = Self::Gates { gates: 3 };
    /// Query, key and value in one matrix `(3·width, in)`.
    pub const QKV: Self = Self::Packed { matrices: 3 };
    /// A linear layer that keeps `(in, out)`, such as GPT-2's `Conv1D`, Keras's `Dense` and Flax's.
    pub const INPUT_FIRST: Self = Self::Axes(Axes::of([Axis::Input, Axis::Output]));
    /// A stack of independent matrices `(expert, out, in)`.
    pub const EXPERTS: Self = Self::Axes(Axes::of([Axis::Stack, Axis::Output, Axis::Input]));

    /// A convolution of stride 1; depthwise where there are as many groups as inputs.
    #[must_use]
    pub const fn conv(groups: usize) -> Self {
        Self::Conv { groups, stride: 1 }
    }

    /// The kind of one of `blocks` equal blocks along the first axis.
    pub(crate) fn block(self, blocks: usize) -> Self {
        let of = |parts: usize| if parts.is_multiple_of(blocks) { parts / blocks } else { 1 };
        match self {
            Self::Gates { gates: parts } | Self::Packed { matrices: parts } if parts <= blocks => {
                Self::Linear
            }
            Self::Gates { gates } => Self::Gates { gates: of(gates) },
            Self::Packed { matrices } => Self::Packed { matrices: of(matrices) },
            Self::Conv { groups, stride } => Self::Conv { groups: of(groups), stride },
            Self::ConvTranspose { groups, stride } => Self::ConvTranspose { groups: of(groups), stride },
            whole => whole,
        }
    }

    /// The kind that a shape suggests when nothing else is known: a matrix is linear, a tensor of higher
    /// rank an ungrouped convolution, as candle, PyTorch and Keras guess too.
    #[must_use]
    pub fn of_shape(shape: &Shape) -> Self {
        if shape.rank() > 2 { Self::conv(1) } else { Self::Linear }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block has its part of the groups, of the gates and of the matrices.
    #[test]
    fn blocks_share_what_a_layer_is_made_of() {
        let transposed = |groups| Layer::ConvTranspose { groups, stride: 2 };
        for (whole, blocks, due) in [
            (Layer::conv(6), 3, Layer::conv(2)),
            (Layer::conv(6), 4, Layer::conv(1)),
            (transposed(6), 2, transposed(3)),
            (Layer::Gates { gates: 8 }, 2, Layer::Gates { gates: 4 }),
            (Layer::Packed { matrices: 6 }, 2, Layer::Packed { matrices: 3 }),
            (Layer::QKV, 3, Layer::Linear),
        ] {
            assert_eq!(whole.block(blocks), due, "{whole:?} in {blocks}");
        }
    }
}
