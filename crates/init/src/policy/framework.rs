//! What another framework gives the same layer.

use std::fmt;
use std::str::FromStr;

use candle_core::Shape;

use crate::error::Error;
use crate::error::Result;
use crate::init;
use crate::init::Init;
use crate::layer::Fans;
use crate::layer::Layer;
use crate::policy::role::{Part, Recurrent};
use crate::rule::Rule;

/// A framework whose defaults every layer of `candle_nn` shall have, so that a port starts as the original does.
///
/// | layer | `pytorch` 2.15 | `keras` 3.15 | `flax` 0.12 (linen) |
/// |---|---|---|---|
/// | linear, convolution | uniform ±1/√fan_in | Glorot uniform | LeCun truncated normal |
/// | … their bias | uniform ±1/√fan_in of the weight | 0 | 0 |
/// | transposed convolution | as above, over its own idea of fan_in | Glorot uniform | LeCun truncated normal |
/// | embedding | normal, std 1 | uniform ±0.05 | normal, std 1/√dim |
/// | LSTM, GRU: input weight | uniform ±1/√hidden | Glorot uniform over all gates | LeCun truncated normal |
/// | … hidden weight | uniform ±1/√hidden | orthogonal over all gates | orthogonal by gate |
/// | … biases | uniform ±1/√hidden | 0, the forget gate of an LSTM 1 | 0 |
/// | PReLU | 0.25 | 0 | 0.01 |
/// | norms | 1 and 0 | 1 and 0 | 1 and 0 |
///
/// candle's own linear and convolution weights are √6 = 2.45 times wider than PyTorch's. Fans are computed as
/// the framework computes them, where it errs too: see [`Layer::AsPyTorch`].
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_init::{Framework, Initializer};
/// let vars = candle_nn::VarMap::new();
/// let init = Initializer::new(42).defaults(Framework::PyTorch);
/// candle_nn::linear(784, 256, init.var_builder(&vars, DType::F32, &Device::Cpu).pp("fc"))?;
/// let report = init.report(&vars)?;
/// assert_eq!(report.records()[1].expected.map(|m| m.std), Some((1.0_f64 / 784.0 / 3.0).sqrt()));
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framework {
    /// `torch.nn` 2.15.
    PyTorch,
    /// `keras.layers` 3.15, and `tf.keras`.
    Keras,
    /// `flax.linen` 0.12.
    Flax,
}

const NAMED: [(&str, Framework); 3] =
    [("pytorch", Framework::PyTorch), ("keras", Framework::Keras), ("flax", Framework::Flax)];

impl Framework {
    fn name(self) -> &'static str {
        NAMED.iter().find(|(_, framework)| *framework == self).map_or("?", |(name, _)| name)
    }

    /// The framework's rule for a parameter; `None` for one that frameworks leave to its hint.
    ///
    /// # Errors
    /// [`Error::Framework`] for a layer that the framework does not have, and where what decides is not known.
    pub(crate) fn rule(self, part: &Part, shape: &Shape, layer: Layer) -> Result<Option<Rule>> {
        let axes = matches!(layer, Layer::Axes(_));
        match part {
            Part::Weight if axes => Err(self.refuse("it has no such layer; give the parameter a rule")),
            Part::Weight => Ok(Some(self.weight(layer))),
            Part::Bias(weight) => self.bias(weight.as_ref()).map(Some),
            Part::Embedding => Ok(Some(self.embedding())),
            Part::Slope => Ok(Some(self.slope().into())),
            Part::Recurrent(part, gates) => self.recurrent(*part, *gates, shape).map(Some),
            Part::Statistic | Part::Own | Part::Unknown => Ok(None),
        }
    }

    fn refuse(self, required: impl Into<String>) -> Error {
        Error::Framework { framework: self.name(), required: required.into() }
    }

    fn weight(self, layer: Layer) -> Rule {
        // What the framework computes from the shape, be it right or not.
        let positional = if layer == Layer::Linear { layer } else { Layer::AsPyTorch };
        match (self, layer) {
            (Self::PyTorch, _) => init::PYTORCH_UNIFORM.on(positional),
            (Self::Keras, _) => init::GLOROT_UNIFORM.on(positional),
            (Self::Flax, Layer::ConvTranspose { .. }) => {
                init::LECUN_TRUNCATED_NORMAL.on(Layer::ConvTranspose { groups: 1, stride: 1 })
            }
            (Self::Flax, _) => init::LECUN_TRUNCATED_NORMAL.on(positional),
        }
    }

    fn bias(self, weight: Option<&Shape>) -> Result<Rule> {
        if self != Self::PyTorch {
            return Ok(init::ZEROS.into());
        }
        let weight = weight.ok_or_else(|| {
            self.refuse(
                "the bound is 1/√fan_in of the layer's weight, which has not been asked for; ask for it \
                         first, or give the bias a rule",
            )
        })?;
        let fan_in = Fans::new(weight, Layer::AsPyTorch)?.fan_in;
        Ok(symmetric(if fan_in > 0.0 { 1.0 / fan_in.sqrt() } else { 0.0 }))
    }

    fn embedding(self) -> Rule {
        match self {
            Self::PyTorch => Init::Randn { mean: 0.0, stdev: 1.0 }.on(Layer::Embedding),
            Self::Keras => symmetric(0.05).on(Layer::Embedding),
            Self::Flax => init::LECUN_NORMAL.on(Layer::Embedding),
        }
    }

    fn slope(self) -> Init {
        Init::Const(match self {
            Self::PyTorch => 0.25,
            Self::Keras => 0.0,
            Self::Flax => 0.01,
        })
    }

    fn recurrent(self, part: Recurrent, gates: Option<usize>, shape: &Shape) -> Result<Rule> {
        use Recurrent::{HiddenWeight, InputBias, InputWeight};
        let gates = gates.ok_or_else(|| self.refuse(gates_unknown(shape)))?;
        let stacked = Layer::Gates { gates };
        Ok(match (self, part) {
            (Self::PyTorch, _) => {
                let hidden = shape.dims().first().copied().unwrap_or(0) / gates;
                let rule = symmetric(1.0 / (hidden.max(1) as f64).sqrt());
                if shape.rank() > 1 { rule.on(stacked) } else { rule }
            }
            (Self::Keras, InputWeight) => init::GLOROT_UNIFORM.on(Layer::Linear),
            (Self::Keras, HiddenWeight) => init::ORTHOGONAL.on(Layer::Linear),
            (Self::Keras, InputBias) if stacked == Layer::LSTM => init::forget_gate_bias(1.0),
            (Self::Flax, InputWeight) => init::LECUN_TRUNCATED_NORMAL.on(stacked),
            (Self::Flax, HiddenWeight) => init::ORTHOGONAL.on(stacked),
            _ => init::ZEROS.into(),
        })
    }
}

fn symmetric(bound: f64) -> Rule {
    Init::Uniform { lo: -bound, up: bound }.into()
}

fn gates_unknown(shape: &Shape) -> String {
    let rows = shape.dims().first().copied().unwrap_or(0);
    format!(
        "{rows} rows may be an LSTM of {} or a GRU of {}; say which, as in `.layer(\"rnn.*\", Layer::LSTM)`",
        rows / 4,
        rows / 3
    )
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Framework {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let word = text.trim().to_ascii_lowercase();
        let found = NAMED.iter().find(|(name, _)| *name == word).map(|(_, framework)| *framework);
        found.ok_or_else(|| {
            let reason = crate::nearest::suggestion(&word, NAMED.iter().map(|(name, _)| *name));
            Error::Text { kind: "a framework", text: text.into(), reason }
        })
    }
}
