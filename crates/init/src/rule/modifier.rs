//! What composes with an initializer: factors, masks, roundings, maps.

use candle_core::{DType, Shape};

use crate::activation::Activation;

/// A change to the values of an initializer. Rules apply them in the order in which they are written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Modifier {
    Times(f64),
    Gain(Activation),
    ByDepth,
    Mup(Shape),
    Sparse(f64),
    ZeroRow(usize),
    Round(DType),
    /// To the power of `exponent + per_layer·ℓ`, where `ℓ` is the layer in the path.
    Power {
        exponent: f64,
        per_layer: f64,
    },
    /// Plus `term·ℓ`.
    PlusByLayer(f64),
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
    Power(f64),
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
            Self::Power(exponent) => libm::pow(x, exponent),
        }
    }
}
