//! The methods by which rules are composed.

use candle_core::{DType, Shape};

use crate::activation::Activation;
use crate::initializers::Init;
use crate::layer::Layer;
use crate::rule::definition::Rule;
use crate::rule::modifier::{Map, Modifier};

/// Methods of an initializer and of a rule alike.
macro_rules! modifiers {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) => $modifier:expr;)*) => {
        impl Init {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(self $(, $argument: $type)*) -> Rule {
                Rule::from(self).$name($($argument),*)
            })*
        }

        impl Rule {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(self $(, $argument: $type)*) -> Self {
                self.with($modifier)
            })*
        }
    };
}

modifiers! {
    /// Every value times `factor`, which must be finite and not negative when the parameter is asked for.
    ///
    /// ```
    /// use candle_init::init;
    /// assert_eq!(init::HE_NORMAL.times(0.5).to_string(), "he_normal.times(0.5)");
    /// ```
    times(factor: f64) => Modifier::Times(factor);
    /// Times the [gain](crate::gain()) of the nonlinearity that follows: `1/√E[f(z)²]`.
    ///
    /// ```
    /// use candle_init::{Activation, init};
    /// let wider = init::LECUN_NORMAL.gain(Activation::Gelu);
    /// assert_eq!(wider.to_string(), "lecun_normal.gain(gelu)");
    /// ```
    gain(activation: impl Into<Activation>) => Modifier::Gain(activation.into());
    /// Times `1/√(2(ℓ+1))`, where `ℓ` is the first number in the parameter's path: residual branches that
    /// start smaller the deeper they stand (torchtitan's `depth_init`, timm's `fix_init_weight`, OLMo's "mitchell").
    ///
    /// A path without a number is an error when the parameter is asked for. For one factor for all layers,
    /// GPT-2's `1/√(2L)`, see [`depth::gpt2`](crate::depth::gpt2).
    by_depth() => Modifier::ByDepth;
    /// µP: the standard deviation that the initializer has at the `base` shape, times `√(fan_in₀/fan_in)` where both
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
    /// `x^(exponent + per_layer·ℓ)`, where `ℓ` is the first number in the parameter's path: the curves by which RWKV's
    /// layers decay and mix (Peng et al., EMNLP 2023 findings, arXiv:2305.13048, appendix E), with 0 as `per_layer` an
    /// ordinary power.
    ///
    /// With a `per_layer`, a path without a number is an error when the parameter is asked for; so is a value that is
    /// not finite.
    ///
    /// ```
    /// use candle_init::init;
    /// let decay = init::uniform(0.0, 1.0).power(0.7, 1.3 / 23.0).times(8.0).plus(-5.0);
    /// assert!(decay.to_string().contains(".power(exponent=0.7, per_layer=0.0565"));
    /// ```
    power(exponent: f64, per_layer: f64) => Modifier::Power { exponent, per_layer };
    /// `x + term·ℓ`, where `ℓ` is the first number in the parameter's path; a path without one is an error when the
    /// parameter is asked for.
    plus_by_layer(term: f64) => Modifier::PlusByLayer(term);
    /// `x + term`.
    plus(term: f64) => Modifier::Map(Map::Plus(term));
}

impl Init {
    /// This initializer for a weight of a known layer kind, where the shape alone would mislead.
    ///
    /// ```
    /// use candle_init::{Initializer, Layer, init};
    /// let init = Initializer::new(42).rule("rnn.weight_?h_l*", init::GLOROT_UNIFORM.on(Layer::LSTM));
    /// ```
    #[must_use]
    pub fn on(self, layer: Layer) -> Rule {
        Rule::from(self).on(layer)
    }
}
