//! What composes with a law: factors, masks, roundings, maps.

use candle_core::{DType, Shape};

use crate::activation::Activation;

/// A change to the values of a law. Rules apply them in the order in which they are written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Modifier {
    Times(f64),
    Gain(Activation),
    ByDepth,
    Mup(Shape),
    Sparse(f64),
    ZeroRow(usize),
    Round(DType),
    Map(Map),
}

/// A function of one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Map {
    Exp,
    Ln,
    InverseSoftplus,
    AtLeast(f64),
    AtMost(f64),
    Plus(f64),
}

impl Map {
    /// The image of a value, from `libm`, so that every platform has the same bits.
    pub(crate) fn apply(self, x: f64) -> f64 {
        match self {
            Self::Exp => libm::exp(x),
            Self::Ln => libm::log(x),
            // ln(e^y − 1), without the overflow of e^y.
            Self::InverseSoftplus => x + libm::log(-libm::expm1(-x)),
            Self::AtLeast(least) => x.max(least),
            Self::AtMost(most) => x.min(most),
            Self::Plus(term) => x + term,
        }
    }
}

/// Methods that stand on a law and on a rule alike.
macro_rules! modifiers {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) => $modifier:expr;)*) => {
        impl $crate::Init {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(self $(, $argument: $type)?) -> $crate::Rule {
                $crate::Rule::from(self).$name($($argument)?)
            })*
        }

        impl $crate::Rule {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(self $(, $argument: $type)?) -> Self {
                self.with($modifier)
            })*
        }
    };
}

modifiers! {
    /// Times the [gain](crate::gain()) of the nonlinearity that follows: `1/√E[f(z)²]`.
    ///
    /// ```
    /// use candle_init::{Activation, init};
    /// let law = init::LECUN_NORMAL.gain(Activation::Gelu);
    /// assert_eq!(law.to_string(), "lecun_normal.gain(gelu)");
    /// ```
    gain(activation: impl Into<Activation>) => Modifier::Gain(activation.into());
    /// Times `1/√(2(ℓ+1))`, where `ℓ` is the first number in the parameter's path: residual branches that
    /// start smaller the deeper they stand (torchtitan's `depth_init`, timm's `fix_init_weight`, OLMo's "mitchell").
    ///
    /// A path without a number is an error when the parameter is asked for. For one factor for all layers,
    /// GPT-2's `1/√(2L)`, see [`depth::gpt2`](crate::depth::gpt2).
    by_depth() => Modifier::ByDepth;
    /// µP: the standard deviation that the law has at the `base` shape, times `√(fan_in₀/fan_in)` where both
    /// fans have grown, unchanged where one has (Yang et al., "Tensor Programs V", 2022, arXiv:2203.03466, table
    /// 8; the `mup` package's `normal_`, `kaiming_*` and `xavier_*`, which all come to this).
    mup(base: impl Into<Shape>) => Modifier::Mup(base.into());
    /// Sets `⌈fraction·rows⌉` elements of each column to zero, chosen by the parameter's permutation stream
    /// (Martens, ICML 2010; PyTorch's `sparse_`, which cannot be seeded by a generator and accepts any number).
    ///
    /// Rank 2 and a fraction in `[0, 1]` are required when the parameter is asked for.
    sparse(fraction: f64) => Modifier::Sparse(fraction);
    /// Sets row `index` to zero: the padding row of an embedding (PyTorch's `padding_idx`).
    zero_row(index: usize) => Modifier::ZeroRow(index);
    /// Rounds to a narrower dtype, so that an `f32` master weight holds what the narrow model holds.
    round(dtype: DType) => Modifier::Round(dtype);
    /// `eˣ`: a uniform becomes log-uniform, a normal log-normal.
    exp() => Modifier::Map(Map::Exp);
    /// `ln x`.
    ln() => Modifier::Map(Map::Ln);
    /// `ln(eˣ − 1)`: what a softplus turns back into `x`.
    inverse_softplus() => Modifier::Map(Map::InverseSoftplus);
    /// `max(x, least)`.
    at_least(least: f64) => Modifier::Map(Map::AtLeast(least));
    /// `min(x, most)`.
    at_most(most: f64) => Modifier::Map(Map::AtMost(most));
    /// `x + term`.
    plus(term: f64) => Modifier::Map(Map::Plus(term));
}
