//! What another framework gives the same layer.

use std::fmt;
use std::str::FromStr;

use candle_core::Shape;
use candle_nn::Init as Hint;

use crate::error::{Error, Result};
use crate::initializers::{Init, named};
use crate::layer::{Fans, Layer};
use crate::nearest::suggestion;
use crate::policy::recurrent::{Recurrent, gates_unknown};
use crate::policy::request::Sibling;
use crate::policy::role::Role;
use crate::rule::Rule;
use crate::rule::paper::forget_gate_bias;

/// What is asked of a framework.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) role: &'a Role,
    pub(crate) shape: &'a Shape,
    pub(crate) hint: Hint,
    pub(crate) layer: Layer,
    /// Whether the user stated the layer kind.
    pub(crate) stated: bool,
}

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
    /// [`Error::Unresolved`] for a layer that the framework does not have, and where what decides is not known.
    pub(crate) fn rule(self, asked: &Asked<'_>) -> Result<Option<Rule>> {
        match asked.role {
            Role::Weight if matches!(asked.layer, Layer::Axes(_)) => {
                Err(self.refuse("it has no such layer; give the parameter a rule"))
            }
            Role::Weight => Ok(Some(self.weight(asked.layer))),
            Role::Bias(weight) => self.bias(weight, asked),
            Role::Shift(weight) => self.shift(weight, asked),
            Role::Embedding => Ok(Some(self.embedding())),
            Role::Slope => Ok(Some(self.slope().into())),
            Role::Recurrent(parameter, gates) => {
                let gates = || gates.ok_or_else(|| self.refuse(gates_unknown(asked.shape)));
                self.recurrent(*parameter, gates, asked.shape).map(Some)
            }
            Role::Statistic | Role::Own | Role::Unknown => Ok(None),
        }
    }

    fn refuse(self, required: impl Into<String>) -> Error {
        Error::Unresolved { what: format!("the default of {}", self.name()), required: required.into() }
    }

    fn weight(self, layer: Layer) -> Rule {
        // What the framework computes from the shape, be it right or not.
        let positional = if layer == Layer::Linear { layer } else { Layer::AsPyTorch };
        match (self, layer) {
            (Self::PyTorch, _) => named::PYTORCH_UNIFORM.on(positional),
            (Self::Keras, _) => named::GLOROT_UNIFORM.on(positional),
            (Self::Flax, Layer::ConvTranspose { .. }) => {
                named::LECUN_TRUNCATED_NORMAL.on(Layer::ConvTranspose { groups: 1, stride: 1 })
            }
            (Self::Flax, _) => named::LECUN_TRUNCATED_NORMAL.on(positional),
        }
    }

    /// The bias of a linear or convolution layer.
    fn bias(self, weight: &Sibling, asked: &Asked<'_>) -> Result<Option<Rule>> {
        match (self, weight) {
            (Self::Keras | Self::Flax, _) => Ok(Some(named::ZEROS.into())),
            (Self::PyTorch, Sibling::Found(weight)) => Ok(Some(beside(weight)?)),
            // candle's linear layers ask for PyTorch's own range; its convolutions, for another.
            (Self::PyTorch, _) if asked.stated && asked.layer == Layer::Linear => {
                Ok(Some(Init::from(asked.hint).into()))
            }
            (Self::PyTorch, Sibling::Absent) => Err(self.refuse(NO_WEIGHT)),
            (Self::PyTorch, Sibling::Unknown) => Err(self.refuse(NOT_PLANNED)),
        }
    }

    /// A bias that asks for zero: a norm's stays zero, and PyTorch draws that of a linear layer.
    fn shift(self, weight: &Sibling, asked: &Asked<'_>) -> Result<Option<Rule>> {
        match (self, weight) {
            (Self::PyTorch, Sibling::Found(weight)) if weight.rank() > 1 => beside(weight).map(Some),
            (Self::PyTorch, Sibling::Unknown) if !asked.stated => Err(self.refuse(NOT_PLANNED)),
            _ => Ok(None),
        }
    }

    fn embedding(self) -> Rule {
        match self {
            Self::PyTorch => named::normal(0.0, 1.0).on(Layer::Embedding),
            Self::Keras => symmetric(0.05).on(Layer::Embedding),
            Self::Flax => named::LECUN_NORMAL.on(Layer::Embedding),
        }
    }

    fn slope(self) -> Init {
        Init::Const(match self {
            Self::PyTorch => 0.25,
            Self::Keras => 0.0,
            Self::Flax => 0.01,
        })
    }

    fn recurrent(
        self,
        parameter: Recurrent,
        gates: impl Fn() -> Result<usize>,
        shape: &Shape,
    ) -> Result<Rule> {
        use Recurrent::{HiddenWeight, InputBias, InputWeight};
        Ok(match (self, parameter) {
            (Self::PyTorch, _) => {
                let gates = gates()?;
                let hidden = shape.dims().first().copied().unwrap_or(0).checked_div(gates).unwrap_or(0);
                let rule = symmetric(1.0 / (hidden.max(1) as f64).sqrt());
                if shape.rank() > 1 { rule.on(Layer::Gates { gates }) } else { rule }
            }
            (Self::Keras, InputWeight) => named::GLOROT_UNIFORM.on(Layer::Linear),
            (Self::Keras, HiddenWeight) => named::ORTHOGONAL.on(Layer::Linear),
            (Self::Keras, InputBias) if (Layer::Gates { gates: gates()? }) == Layer::LSTM => {
                forget_gate_bias(1.0)
            }
            (Self::Flax, InputWeight) => named::LECUN_TRUNCATED_NORMAL.on(Layer::Gates { gates: gates()? }),
            (Self::Flax, HiddenWeight) => named::ORTHOGONAL.on(Layer::Gates { gates: gates()? }),
            _ => named::ZEROS.into(),
        })
    }
}

const NO_WEIGHT: &str = "the bound is 1/√fan_in of the layer's weight, and the model has no `weight` beside it; give the \
                         bias a rule";
const NOT_PLANNED: &str = "it depends on the weight beside it, which one request does not show; build the model with \
                           `Initializer::build`, which plans it first, or give the bias a rule, such as \
                           `.rule(\"*.bias\", init::ZEROS)`";

/// PyTorch's bias beside a weight of this shape: uniform on `±1/√fan_in`.
fn beside(weight: &Shape) -> Result<Rule> {
    let fan_in = Fans::new(weight, Layer::AsPyTorch)?.fan_in;
    Ok(symmetric(if fan_in > 0.0 { 1.0 / fan_in.sqrt() } else { 0.0 }))
}

fn symmetric(bound: f64) -> Rule {
    named::uniform(-bound, bound).into()
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
            let reason = suggestion(&word, NAMED.iter().map(|(name, _)| *name));
            Error::Text { kind: "a framework", text: text.into(), reason }
        })
    }
}
